import { $ } from "zx/core";
import { Failure } from "../failure.ts";
import type { Change, Deployed } from "../orchestrator.ts";
import type { Settings } from "../settings.ts";
import { until } from "../wait.ts";
import { ingressOf } from "./front-door.ts";
import { isReady, NOTE, partOf, type Pod, pods, restartsOf, type Workload, workloads } from "./state.ts";

/** After so many restarts a replica of a first deployment will not come up by itself; one that replaces another, after one. */
const HOPELESS = 3;
const LOG_LINES = 15;
/** Why a container waits that no time will change: its image is imported before, and its configuration is complete. */
const STUCK = /^(ErrImage\w+|ImagePullBackOff|InvalidImageName|CreateContainer\w*Error|RunContainerError)$/;
/** Seconds that a load balancer may take to announce itself once all replicas are ready. */
const FRONT_DOOR = 30;

const APP = "deployment/app";

/** Does something to the deployment and tells from its parts' specifications what it changed. */
export async function changing(settings: Settings, action: () => Promise<unknown>): Promise<Change> {
  const before = await workloads(settings);
  const known = (await pods(settings)).map(({ metadata }) => metadata.name);
  await action();
  const after = await workloads(settings);
  const differs = (part: string, of: (one: Workload) => unknown) =>
    JSON.stringify(before.has(part) && of(before.get(part)!)) !== JSON.stringify(of(after.get(part)!));
  const changed = [...after.keys()].filter((part) => differs(part, ({ spec }) => spec));
  return {
    changed: changed.length > 0,
    replaced: changed.filter((part) => differs(part, ({ spec }) => spec.template)),
    undoable: changed.filter((part) => before.has(part)),
    known,
  };
}

/** Waits until the change is complete. Throws a Failure when it cannot become that any more, or at the deadline. */
export async function converge(
  settings: Settings,
  change: Change,
  tell: (text: string) => void,
): Promise<void> {
  let seen = "";
  const wait = { what: "rollout not complete", deadline: settings.deadlines.converge, seen: () => seen };
  await until({ ...wait, hint: "make logs" }, async () => {
    const [parts, all] = await Promise.all([workloads(settings), pods(settings)]);
    refuseToHope(parts, all, change);
    tell((seen = unfinished(parts, all)));
    return seen === "";
  });
  if (change.changed) await frontDoor(settings, tell);
}

/** What is not as it shall be, in words; empty when all is complete. */
function unfinished(parts: Map<string, Workload>, all: Pod[]): string {
  const texts = [...parts.values()].map((part) => {
    const { spec, status, metadata } = part;
    const mine = all.filter((pod) => partOf(pod) === partOf(part));
    const ready = mine.filter(isReady).length;
    const leaving = mine.filter((pod) => pod.metadata.deletionTimestamp).length;
    const seen =
      status.observedGeneration === metadata.generation && status.updatedReplicas === spec.replicas;
    if (seen && ready === spec.replicas && mine.length === spec.replicas) return "";
    return `${partOf(part)} ${ready}/${spec.replicas} ready${leaving ? `, ${leaving} leaving` : ""}`;
  });
  return texts.filter(Boolean).join("; ");
}

/** A cluster without a load balancer never answers for one: then the Service's own address is the front door. */
async function frontDoor(settings: Settings, tell: (text: string) => void): Promise<void> {
  tell("front door");
  const wait = { what: "no load balancer", deadline: FRONT_DOOR };
  await until(wait, async () => await ingressOf(settings)).catch((error: unknown) => {
    if (!(error instanceof Failure) || error.message.startsWith("interrupted")) throw error;
  });
}

function refuseToHope(parts: Map<string, Workload>, all: Pod[], change: Change): void {
  for (const part of change.replaced) {
    const workload = parts.get(part);
    const conditions = workload?.status.conditions ?? [];
    const refused = conditions.find(({ type, status }) => type === "ReplicaFailure" && status === "True");
    if (refused) throw new Failure(`${part} gets no pods: ${refused.message}`);
    const most = change.undoable.includes(part) ? 1 : HOPELESS;
    for (const pod of newPods(all, change).filter((one) => workload && partOf(one) === partOf(workload))) {
      const { name } = pod.metadata;
      const waiting = pod.status.containerStatuses?.find(({ state }) =>
        STUCK.test(state.waiting?.reason ?? ""),
      );
      if (waiting) throw new Failure(`${name} does not start: ${waiting.state.waiting?.message}`);
      if (restartsOf(pod) >= most) throw new Failure(`${name} does not get ready: it was restarted`);
    }
  }
}

const newPods = (all: Pod[], { known }: Change) =>
  all.filter(({ metadata }) => !known.includes(metadata.name));

/** Takes a change back and waits for what was there before it. */
export async function undo(settings: Settings, change: Change, before: Deployed): Promise<void> {
  const inside = ["--namespace", settings.name];
  for (const part of change.undoable.filter((one) => change.replaced.includes(one))) {
    await $`kubectl rollout undo ${part} ${inside}`;
  }
  if (change.undoable.includes(APP)) {
    // A rollback is of the pods' template alone.
    await $`kubectl scale ${APP} ${inside} --replicas=${before.replicas}`;
    await $`kubectl annotate --overwrite ${APP} ${inside} ${NOTE.replicas}=${before.replicasSetting}`;
  }
  const deadline = settings.deadlines.converge;
  await until({ what: "the rollback is not complete", deadline, despiteInterrupt: true }, async () => {
    return unfinished(await workloads(settings), await pods(settings)) === "";
  });
}

/** Why what a change started does not run: the cluster's words, and the last lines of one pod's log. */
export async function diagnose(settings: Settings, change: Change): Promise<string[]> {
  const failing = newPods(await pods(settings), change).find((pod) => !isReady(pod));
  if (!failing) return [];
  const { name } = failing.metadata;
  const run = $({ nothrow: true, timeout: "10s" });
  const inside = ["--namespace", settings.name];
  const words = "custom-columns=REASON:.reason,MESSAGE:.message";
  const events =
    await run`kubectl get events ${inside} --field-selector ${`involvedObject.name=${name}`} --no-headers --output ${words}`;
  const previous = restartsOf(failing) > 0 ? ["--previous"] : [];
  const log = await run`kubectl logs ${name} ${inside} --tail ${LOG_LINES} ${previous}`;
  const lines = (text: string) => text.split("\n").filter(Boolean).slice(-LOG_LINES);
  return [...lines(events.stdout).map((line) => `${name}: ${line}`), ...lines(log.stdout)];
}
