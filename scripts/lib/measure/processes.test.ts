import { spawn } from "node:child_process";
import { once } from "node:events";
import t from "tap";
import { platformOf } from "./platform.ts";
import { players, readProc } from "./processes.ts";

t.test("a process plays for its platform, or for each where nothing tells", async (t) => {
  // Its name is all that a role asks for; no Redis has to run.
  const child = spawn("sleep", ["60"], { argv0: "redis-server", stdio: "ignore" });
  t.teardown(() => child.kill("SIGKILL"));
  await once(child, "spawn");
  const pid = String(child.pid);
  const mine = (platform?: "swarm" | "k3s") => players(platform).find((one) => one.pid === pid);
  // In a container, it is that container's.
  const platform = platformOf(["redis-server"], [], readProc("self/cgroup"));
  t.same(mine(), { role: "redis", pid, program: "redis-server", platform });
  for (const asked of ["swarm", "k3s"] as const)
    t.equal(mine(asked) !== undefined, platform === undefined || platform === asked, asked);
});
