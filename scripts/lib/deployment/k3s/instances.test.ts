import t from "tap";
import { instancesOf, lastWarnings, usageIn } from "./instances.ts";
import type { Pod } from "./state.ts";

type Status = Pod["status"];
type ContainerStatus = NonNullable<Status["containerStatuses"]>[number];

const pod = (name: string, status: Status, more: Partial<Pod["metadata"]> = {}): Pod => ({
  kind: "Pod",
  metadata: { name, namespace: "shop", ...more },
  spec: { nodeName: "server", containers: [{ image: "localhost:5000/shop:1896664e14d6" }] },
  status,
});
const container = (state: ContainerStatus["state"], more: Partial<ContainerStatus> = {}): Status => ({
  containerStatuses: [{ restartCount: 0, state, ...more }],
});
const ready = [{ type: "Ready", status: "True" }];
const running = { running: { startedAt: "2026-12-01T14:16:48Z" } };

t.test("a pod that is ready has its version, its age and what it takes", async (t) => {
  const usage = usageIn("app-1   12m   38Mi\nredis-0   1   1Gi\n");
  t.same(instancesOf([pod("app-1", { conditions: ready, ...container(running) })], usage), [
    {
      name: "app-1",
      state: "running",
      version: "1896664e14d6",
      since: "2026-12-01T14:16:48Z",
      restarts: 0,
      usage: { cpus: 0.012, memory: 38 * 2 ** 20 },
      node: "server",
    },
  ]);
  t.same(usage.get("redis-0"), { cpus: 1, memory: 2 ** 30 });
  t.equal(usageIn("").size, 0);
});

t.test("a pod that is not ready says why", async (t) => {
  const backOff = {
    waiting: { reason: "CrashLoopBackOff", message: "back-off 10s restarting failed container" },
  };
  const lastState = { terminated: { reason: "Error", exitCode: 1 } };
  const unmet = [{ type: "PodScheduled", status: "False", message: "0/1 nodes are available" }];
  const all = [
    pod("app-1", container(backOff, { restartCount: 3, lastState })),
    pod("app-2", container(running, { started: false })),
    pod("app-3", container(running, { started: true })),
    pod("app-4", { conditions: unmet }),
    pod("app-5", { phase: "Failed", message: "The node was low on resource: memory." }),
    pod("app-6", container(running), { deletionTimestamp: "2026-12-01T14:16:48Z" }),
  ];
  const found = instancesOf(all, new Map());
  t.match(
    found.map(({ name, state, why = "" }) => `${name} ${state} ${why}`.trim()),
    [
      "app-1 failed CrashLoopBackOff: back-off 10s restarting failed container; last ended with Error (1)",
      "app-2 starting",
      "app-3 unhealthy",
      "app-4 starting 0/1 nodes are available",
      "app-5 failed The node was low on resource: memory.",
    ],
  );
  t.equal(found[0]!.restarts, 3);
  t.notHas(found[0], "usage");
});

const warning = (lastTimestamp: string, message: string) => ({
  involvedObject: { name: "app-3" },
  reason: "Unhealthy",
  message,
  lastTimestamp,
});

t.test("a pod that runs and is not ready has its last warning", async (t) => {
  const warnings = lastWarnings([
    warning("2026-12-01T14:20:00Z", "Readiness probe failed: HTTP probe failed with statuscode: 503"),
    warning("2026-12-01T14:16:00Z", "Startup probe failed: connection refused"),
    { involvedObject: { name: "app-9" }, reason: "FailedMount", message: "of a pod that is gone" },
  ]);
  const [found] = instancesOf([pod("app-3", container(running, { started: true }))], new Map(), warnings);
  t.match(found, {
    state: "unhealthy",
    why: "Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503",
  });
});
