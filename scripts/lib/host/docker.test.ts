import t from "tap";
import { type EngineInfo, engineProblems, withoutUserlandProxy } from "./docker.ts";

const info: EngineInfo = {
  ServerVersion: "26.1.5+dfsg1",
  DockerRootDir: "/var/lib/docker",
  LiveRestoreEnabled: false,
  NCPU: 2,
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

const swarm = (LocalNodeState: string, Error = "") =>
  problems({ Swarm: { LocalNodeState, ControlAvailable: false, Error } });

t.test("a swarm that cannot be managed, in the engine's words", async (t) => {
  t.match(swarm("locked"), "the swarm is locked: docker swarm unlock");
  t.match(swarm("pending"), /does not answer yet/);
  const expired = "error while loading TLS certificate: x509: certificate has expired";
  t.match(
    swarm("error", expired),
    /does not start: error while .* expired: docker swarm init --force-new-cluster/,
  );
  for (const state of ["locked", "pending", "error", "active"]) t.notMatch(swarm(state), "swarm leave");
});

t.test("the engine's settings keep what they say, and lose the userland proxy", async (t) => {
  t.same(JSON.parse(withoutUserlandProxy("")!), { "userland-proxy": false });
  const own = { "log-driver": "journald", "userland-proxy": false };
  t.same(JSON.parse(withoutUserlandProxy('{"log-driver": "journald"}')!), own);
  t.equal(withoutUserlandProxy('{"userland-proxy": true}'), undefined, "the user's word stands");
  t.throws(() => withoutUserlandProxy("{"), { code: 3 });
});
