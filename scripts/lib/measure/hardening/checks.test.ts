import t from "tap";
import { confinement, secrecy } from "./checks.ts";
import { confinedOf, type ProcTexts } from "./processes.ts";

const ZERO = "0000000000000000";
const TEXTS: ProcTexts = {
  status: [
    "Name:\tnode",
    "Uid:\t1000\t1000\t1000\t1000",
    "Gid:\t1000\t1000\t1000\t1000",
    ...["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map((name) => `${name}:\t${ZERO}`),
    "NoNewPrivs:\t1",
    "Seccomp:\t2",
  ].join("\n"),
  mounts:
    "718 617 0:51 / / ro,relatime - overlay overlay rw,lowerdir=x\n719 718 0:54 / /proc rw - proc proc rw",
  pidsLimit: "128\n",
  memoryLimit: "268435456\n",
};

const missed = (change: Partial<ProcTexts> = {}) =>
  confinement("app", [confinedOf("app.1", TEXTS), confinedOf("app.2", { ...TEXTS, ...change })])
    .filter(({ met }) => !met)
    .map(({ what, seen }) => `${what}: ${seen}`);

const silent = (text: string, secrets = ["correct horse"]) => secrecy(secrets, { logs: text })[0]!.met;
const status = (from: string, to: string) => ({ status: TEXTS.status.replace(from, to) });

t.test("a process that is shut in meets every check, and each can be missed", async (t) => {
  t.same(missed(), []);
  t.match(missed(status("Uid:\t1000", "Uid:\t0")), [/not root's: user 0,1000.* node of app\.2/]);
  t.match(missed(status(`CapBnd:\t${ZERO}`, "CapBnd:\t00000000a80425fb")), [/no capabilities.*a80425fb/]);
  t.match(missed(status("NoNewPrivs:\t1", "NoNewPrivs:\t0")), [/no_new_privs/]);
  t.match(missed(status("Seccomp:\t2", "Seccomp:\t0")), [/seccomp/]);
  t.match(missed({ mounts: TEXTS.mounts.replace("ro,relatime", "rw,relatime") }), [/writable/]);
  t.match(missed({ pidsLimit: "max\n" }), [/processes are limited: no limit/]);
  t.same(missed({ pidsLimit: "max\n256\n" }), [], "the pod's limit holds for its containers");
  t.match(missed({ memoryLimit: "9223372036854771712\n" }), [/memory is limited: no limit/]);
  t.equal(missed({ status: "" }).length, 4, "of a process that has ended, nothing is taken for granted");
  t.ok(
    confinement("app", []).every(({ met }) => !met),
    "nor where there is none",
  );
});

t.test("a password is found as it is, and as Kubernetes writes it", async (t) => {
  t.ok(silent("nothing to see"));
  t.notOk(silent("the password is correct horse, they say"));
  t.notOk(silent(`data: {password: ${Buffer.from("correct horse").toString("base64")}}`));
  t.notOk(silent(""), "where nothing could be read, nothing is proved");
  t.notOk(silent("nothing to see", []), "nor without a password to look for");
});
