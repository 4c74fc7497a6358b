import t from "tap";
import { unfinished } from "../converge.ts";
import { stateOf, worst } from "./rollout.ts";
import type { Pod, Workload } from "./state.ts";

const labels = (part: string) => ({ "app.kubernetes.io/component": part });

function pod(
  name: string,
  state: { ready?: boolean; restarts?: number; waiting?: string; leaving?: boolean },
): Pod {
  const [part = ""] = name.split("-");
  return {
    kind: "Pod",
    metadata: {
      name,
      namespace: "counter",
      labels: labels(part),
      ...(state.leaving && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    },
    spec: { containers: [] },
    status: {
      conditions: [{ type: "Ready", status: state.ready ? "True" : "False" }],
      containerStatuses: [
        {
          restartCount: state.restarts ?? 0,
          state: state.waiting ? { waiting: { reason: state.waiting } } : {},
        },
      ],
    },
  };
}

function workload(part: string, replicas: number, updated = replicas, generation = 1): Workload {
  return {
    kind: "Deployment",
    metadata: { name: part, namespace: "counter", generation, labels: labels(part) },
    spec: { replicas, template: { metadata: { name: "", namespace: "" }, spec: { containers: [] } } },
    status: { observedGeneration: 1, updatedReplicas: updated },
  };
}

const state = (part: Workload, pods: Pod[]) => unfinished([stateOf(part, pods)]);

t.test("complete is: seen by the controller, all updated, all ready, nobody else there", async (t) => {
  const ready = [pod("app-1", { ready: true }), pod("app-2", { ready: true })];
  t.equal(state(workload("app", 2), ready), "");
  t.equal(state(workload("app", 2, 2, 2), ready), "app 2/2 ready", "a newer generation");
  t.equal(state(workload("app", 2, 1), ready), "app 2/2 ready", "one is of before");
  const draining = pod("app-3", { ready: true, leaving: true });
  t.equal(state(workload("app", 2), [...ready, draining]), "app 2/2 ready, 1 leaving");
  t.equal(state(workload("redis", 1), []), "redis 0/1 ready");
  t.equal(state(workload("app", 0, 0), []), "", "scaled to nothing");
});

t.test("the pod to show is the one that failed, not one that waits for it", async (t) => {
  const waits = pod("app-1", {});
  const crashed = pod("redis-0", { restarts: 2 });
  t.equal(worst([waits, crashed])?.metadata.name, "redis-0");
  t.equal(worst([waits, pod("app-2", { waiting: "ErrImageNeverPull" })])?.metadata.name, "app-2");
  t.equal(worst([pod("app-1", { ready: true, restarts: 5 })]), undefined, "it is ready now");
});
