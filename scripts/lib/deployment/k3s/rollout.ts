import { $ } from "zx/core";
import type { Change, PartState } from "../orchestrator.ts";
import type { Settings } from "../../run/settings.ts";
import { unlessTimedOut, until } from "../../run/wait.ts";
import { ingressOf } from "./front-door.ts";
import { isReady, objects, partOf, type Pod, pods, restartsOf, type Workload } from "./state.ts";

/** After so many restarts a pod of a first deployment will not come up by itself; one that replaces another, after one. */
const MAX_RESTARTS = 3;
const LOG_LINES = 15;
/** Why a container waits that no time will change: its image is imported before, and its configuration is complete. */
const STUCK = /^(ErrImage\w+|ImagePullBackOff|InvalidImageName|CreateContainer\w*Error|RunContainerError)$/;
/** Seconds that a load balancer may take to announce itself once all replicas are ready. */
const FRONT_DOOR = 30;

/** How far the Deployment and the StatefulSet are. */
export async function states(settings: Settings, change: Change, undone = false): Promise<PartState[]> {
  const { workloads, pods: all } = await objects(settings);
  return [...workloads].map(([key, part]) => {
    const mine = all.filter((pod) => partOf(pod) === partOf(part));
    const state = stateOf(part, mine);
    if (undone || !change.replaced.includes(key)) return state;
    const most = change.undoable.includes(key) ? 1 : MAX_RESTARTS;
    const failure = failureOf(part, newPods(mine, change.before.processes), most);
    return failure ? { ...state, failure } : state;
  });
}

/** How far one is, with the pods it has. */
export function stateOf(part: Workload, mine: Pod[]): PartState {
  const { spec, status, metadata } = part;
  const seen = status.observedGeneration === metadata.generation;
  return {
    name: partOf(part),
    wanted: spec.replicas,
    ready: mine.filter(isReady).length,
    leaving: mine.filter((pod) => pod.metadata.deletionTimestamp).length,
    settled: seen && (status.updatedReplicas ?? 0) === spec.replicas && mine.length === spec.replicas,
    // Its controllers count up to date.
    steadyMs: 0,
  };
}

/** Why a part cannot get ready any more; so many restarts of a pod are the most. */
function failureOf(part: Workload, fresh: Pod[], most: number): string | undefined {
  const refused = part.status.conditions?.find(
    ({ type, status }) => type === "ReplicaFailure" && status === "True",
  );
  if (refused) return `${partOf(part)} gets no pods: ${refused.message}`;
  for (const pod of fresh) {
    const stuck = stuckContainer(pod);
    if (stuck) return `${pod.metadata.name} does not start: ${stuck.state.waiting?.message}`;
    if (restartsOf(pod) >= most) return `${pod.metadata.name} does not get ready: it was restarted`;
  }
  return undefined;
}

const stuckContainer = ({ status }: Pod) =>
  status.containerStatuses?.find(({ state }) => STUCK.test(state.waiting?.reason ?? ""));

const newPods = (all: Pod[], known: string[]) => all.filter(({ metadata }) => !known.includes(metadata.name));

/** A cluster without a load balancer never answers for one: then the Service's own address is the front door. */
export async function awaitFrontDoor(settings: Settings): Promise<void> {
  const wait = { what: "no load balancer", deadline: FRONT_DOOR };
  await unlessTimedOut(until(wait, async () => await ingressOf(settings)));
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
