import t from "tap";
import { instancesOf, type SwarmContainer } from "./instances.ts";
import type { SwarmTask } from "./state.ts";

const IMAGE = "sha256:cf667fcf09ed";
const EXIT = "task: non-zero exit (1)";

const task = (ID: string, Name: string, CurrentState: string, more: Partial<SwarmTask> = {}): SwarmTask => ({
  ID,
  Name,
  CurrentState,
  DesiredState: "Running",
  Image: IMAGE,
  Error: "",
  Node: "server",
  ...more,
});
const ended = { DesiredState: "Shutdown", Error: EXIT };

const container = (id: string, Pid: number, Status = "healthy"): SwarmContainer => ({
  Image: IMAGE,
  State: { Pid, StartedAt: "2026-12-01T14:16:48Z", Health: { Status } },
  Config: { Labels: { "com.docker.swarm.task.id": id } },
});

const facts = {
  tags: new Map([[IMAGE, "1896664e14d6"]]),
  usage: new Map([[11, { cpus: 0.25, memory: 2 ** 25 }]]),
};

t.test("what runs has its version, its age and what it takes", async (t) => {
  const all = [task("a", "shop_app.1", "Running 5 minutes ago"), task("z", "shop_app.1", "Shutdown", ended)];
  t.same(instancesOf("shop", all, [container("a", 11)], facts), [
    {
      name: "app.1",
      state: "running",
      version: "1896664e14d6",
      since: "2026-12-01T14:16:48Z",
      restarts: 0,
      usage: { cpus: 0.25, memory: 2 ** 25 },
      node: "server",
    },
  ]);
});

t.test("what starts again says why the one before it ended", async (t) => {
  const all = [
    task("b", "shop_app.2", "Starting 1 second ago"),
    task("a", "shop_app.2", "Failed 6 seconds ago", ended),
    task("9", "shop_app.2", "Failed 20 seconds ago", {
      ...ended,
      Image: "sha256:old",
      Error: "of another version",
    }),
  ];
  t.match(instancesOf("shop", all, [], facts), [{ state: "starting", restarts: 1, why: EXIT, version: "" }]);
});

t.test("what cannot be placed says why, and what a scale has removed is left out", async (t) => {
  const error = "no suitable node (insufficient resources on 1 node)";
  const all = [
    task("a", "shop_app.10", "Pending 1 minute ago", { Error: error }),
    task("b", "shop_app.9", "Running 1 minute ago"),
    task("c", "shop_app.11", "Shutdown 2 minutes ago", { DesiredState: "Shutdown" }),
  ];
  const found = instancesOf("shop", all, [container("b", 12, "unhealthy")], facts);
  t.match(found, [
    { name: "app.9", state: "unhealthy", usage: undefined },
    { name: "app.10", state: "starting", why: error },
  ]);
  t.equal(found.length, 2);
});
