import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import t from "tap";
import { callerOf, writeCopy } from "./kubeconfig.ts";

const NOBODY = 65_534;

t.test("the copy is for who called sudo, or for the user of the process", async (t) => {
  t.equal(callerOf(1000, { USER: "root", SUDO_UID: "1001" }), 1000);
  t.equal(callerOf(0, { SUDO_UID: "1001", USER: "mallory" }), 1001);
  t.equal(callerOf(0, { USER: "mallory", SUDO_USER: "mallory" }), undefined, "su keeps USER");
  t.equal(callerOf(0, { SUDO_UID: "0" }), undefined);
  t.equal(callerOf(0, { SUDO_UID: "-1" }), undefined);
});

const skip = process.getuid?.() === 0 ? false : "needs root";
t.test("it is written with its owner's rights: a link there leads root nowhere", { skip }, async (t) => {
  // The folder of the checkout may be root's alone.
  const root = mkdtempSync(`${tmpdir()}/counter-deploy-`);
  t.teardown(() => rmSync(root, { recursive: true }));
  chmodSync(root, 0o755);
  mkdirSync(`${root}/home`);
  chownSync(`${root}/home`, NOBODY, NOBODY);
  writeFileSync(`${root}/source`, "secret", { mode: 0o600 });
  writeFileSync(`${root}/victim`, "untouched", { mode: 0o600 });
  const dir = `${root}/home/.kube`;
  const copy = { uid: NOBODY, gid: NOBODY, dir, file: `${dir}/counter-deploy.yaml` };
  t.same(await writeCopy(copy, `${root}/source`), { changed: true });
  t.same(await writeCopy(copy, `${root}/source`), { changed: false });
  const { mode, uid } = lstatSync(copy.file);
  t.same([mode & 0o777, uid, lstatSync(dir).mode & 0o777], [0o600, NOBODY, 0o700]);

  const linked = { ...copy, file: `${dir}/linked.yaml` };
  symlinkSync(`${root}/victim`, linked.file);
  await writeCopy(linked, `${root}/source`);
  t.equal(readFileSync(`${root}/victim`, "utf8"), "untouched");
  t.ok(lstatSync(linked.file).isFile(), "the link is replaced");

  mkdirSync(`${root}/roots`, { mode: 0o755 });
  const led = { ...copy, dir: `${root}/home/led`, file: `${root}/home/led/counter-deploy.yaml` };
  symlinkSync(`${root}/roots`, led.dir);
  await t.rejects(writeCopy(led, `${root}/source`), "no way into a folder of root's");
});
