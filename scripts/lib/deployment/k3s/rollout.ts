import { $ } from "zx/core";
import { EXIT, Failure } from "../../run/failure.ts";
import type { Change } from "../orchestrator.ts";
import type { Settings } from "../../run/settings.ts";
import { until } from "../../run/wait.ts";
import { ingressOf } from "./front-door.ts";
import { restore } from "./snapshot.ts";
import { isReady, partOf, type Pod, pods, restartsOf, type Workload, workloads } from "./state.ts";
import { openVolumes } from "./volumes.ts";

/** After so many restarts a pod of a first deployment will not come up by itself; one that replaces another, after one. */
const MAX_RESTARTS = 3;
const LOG_LINES = 15;
/** Why a container waits that no time will change: its image is imported before, and its configuration is complete. */
const STUCK = /^(ErrImage\w+|ImagePullBackOff|InvalidImageName|CreateContainer\w*Error|RunContainerError)$/;
/** Seconds that a load balancer may take to announce itself once all replicas are ready. */
const FRONT_DOOR = 30;

/** Waits until the change is complete. Throws a Failure when it cannot become that any more, or at the deadline. */
export async function converge(
  settings: Settings,
  change: Change,
  tell: (text: string) => void,
): Promise<void> {
  let seen = "";
  const wait = { what: "rollout not complete", deadline: settings.deadlines.converge, seen: () => seen };
  if (change.created.length > 0) await openVolumes(settings);
  await until({ ...wait, hint: "make logs" }, async () => {
    const [parts, all] = await Promise.all([workloads(settings), pods(settings)]);
    failFast(parts, all, change);
    tell((seen = unfinished(parts, all)));
    return seen === "";
  });
  if (change.changed) await awaitFrontDoor(settings, tell);
}

/** What is not as it shall be, in words; empty when all is complete. */
export function unfinished(parts: Map<string, Workload>, all: Pod[]): string {
  const texts = [...parts.values()].map((part) => {
    const { spec, status, metadata } = part;
    const mine = all.filter((pod) => partOf(pod) === partOf(part));
    const ready = mine.filter(isReady).length;
    const leaving = mine.filter((pod) => pod.metadata.deletionTimestamp).length;
    const seen =
      status.observedGeneration === metadata.generation && (status.updatedReplicas ?? 0) === spec.replicas;
    if (seen && ready === spec.replicas && mine.length === spec.replicas) return "";
    return `${partOf(part)} ${ready}/${spec.replicas} ready${leaving ? `, ${leaving} leaving` : ""}`;
  });
  return texts.filter(Boolean).join("; ");
}

/** A cluster without a load balancer never answers for one: then the Service's own address is the front door. */
async function awaitFrontDoor(settings: Settings, tell: (text: string) => void): Promise<void> {
  tell("front door");
  const wait = { what: "no load balancer", deadline: FRONT_DOOR };
  await until(wait, async () => await ingressOf(settings)).catch((error: unknown) => {
    if (!(error instanceof Failure) || error.code !== EXIT.timedOut) throw error;
  });
}

function failFast(parts: Map<string, Workload>, all: Pod[], change: Change): void {
  for (const name of change.replaced) {
    const part = parts.get(name);
    if (!part) continue;
    const refused = part.status.conditions?.find(
      ({ type, status }) => type === "ReplicaFailure" && status === "True",
    );
    if (refused) throw new Failure(`${name} gets no pods: ${refused.message}`);
    const most = change.undoable.includes(name) ? 1 : MAX_RESTARTS;
    for (const pod of newPods(all, change.before.processes).filter((one) => partOf(one) === partOf(part))) {
      const stuck = stuckContainer(pod);
      if (stuck) throw new Failure(`${pod.metadata.name} does not start: ${stuck.state.waiting?.message}`);
      if (restartsOf(pod) >= most)
        throw new Failure(`${pod.metadata.name} does not get ready: it was restarted`);
    }
  }
}

const stuckContainer = ({ status }: Pod) =>
  status.containerStatuses?.find(({ state }) => STUCK.test(state.waiting?.reason ?? ""));

const newPods = (all: Pod[], known: string[]) => all.filter(({ metadata }) => !known.includes(metadata.name));

/** Takes a change back and waits for what was there before it. */
export async function undo(settings: Settings, change: Change): Promise<void> {
  await restore(settings, change);
  const deadline = settings.deadlines.converge;
  await until({ what: "the rollback is not complete", deadline, despiteInterrupt: true }, async () => {
    return unfinished(await workloads(settings), await pods(settings)) === "";
  });
}

/** Why what a change started does not run: the cluster's words, and the last lines of one pod's log. */
export async function diagnose(settings: Settings, known: string[]): Promise<string[]> {
  const failing = worst(newPods(await pods(settings), known));
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

/** The pod that failed: one that ended is the cause where others only wait for it. */
export function worst(all: Pod[]): Pod | undefined {
  return all.filter((pod) => !isReady(pod)).toSorted((a, b) => badness(b) - badness(a))[0];
}

const badness = (pod: Pod) => restartsOf(pod) * 2 + (stuckContainer(pod) ? 1 : 0);
