import t from "tap";
import { type EngineInfo, engineProblems, withoutUserlandProxy } from "./docker.ts";

const info: EngineInfo = {
  ServerVersion: "26.1.5+dfsg1",
  DockerRootDir: "/var/lib/docker",
  LiveRestoreEnabled: false,
  Swarm: { LocalNodeState: "inactive", ControlAvailable: false },
};
const problems = (change: Partial<EngineInfo>) => engineProblems({ ...info, ...change }).join("; ");

t.test("engines that can serve", async (t) => {
  for (const ServerVersion of ["20.10.24+dfsg1", "26.1.5+dfsg1", "29.5.9", "29.7.0", "30.0.0-rc.1"]) {
    t.equal(problems({ ServerVersion }), "", ServerVersion);
  }
  t.equal(problems({ FirewallBackend: { Driver: "iptables+firewalld" } }), "");
});

t.test("engines that cannot, and why", async (t) => {
  t.match(problems({ ServerVersion: "19.03.15" }), /too old/);
  t.match(problems({ ServerVersion: "20.9.0" }), /too old/);
  for (const patch of [0, 1, 2]) t.match(problems({ ServerVersion: `29.6.${patch}` }), /moby#53212/);
  t.match(problems({ LiveRestoreEnabled: true }), /live-restore/);
  t.match(problems({ FirewallBackend: { Driver: "nftables" } }), /nftables/);
  const worker = { LocalNodeState: "active", ControlAvailable: false };
  t.match(
    problems({ ServerVersion: "19.03.15", Swarm: worker }),
    /too old.*; .*does not manage/,
    "all at once",
  );
});

t.test("the engine's settings keep what they say, and lose the userland proxy", async (t) => {
  t.same(JSON.parse(withoutUserlandProxy("")!), { "userland-proxy": false });
  const own = { "log-driver": "journald", "userland-proxy": false };
  t.same(JSON.parse(withoutUserlandProxy('{"log-driver": "journald"}')!), own);
  t.equal(withoutUserlandProxy('{"userland-proxy": true}'), undefined, "the user's word stands");
  t.throws(() => withoutUserlandProxy("{"), { code: 3 });
});
