import { $ } from "zx/core";
import type { Usage } from "../../host/usage.ts";
import type { Settings } from "../../run/settings.ts";
import type { Instance } from "../orchestrator.ts";
import { bytesOf, coresOf, isReady, list, NOTE, type Pod, pods, restartsOf } from "./state.ts";

/** The pods of the deployment. */
export async function instances(settings: Settings): Promise<Instance[]> {
  const inside = ["--namespace", settings.name];
  const [all, top] = await Promise.all([
    pods(settings),
    // The metrics server need not be there, and knows nothing of a pod in its first minute.
    $({ nothrow: true })`kubectl top pods --no-headers ${inside}`,
  ]);
  const warnings = all.every(isReady) ? [] : await list<KubernetesEvent>("events", [...inside, ...WARNINGS]);
  return instancesOf(all, usageIn(top.stdout), lastWarnings(warnings));
}

const WARNINGS = ["--field-selector", "type=Warning"];

/** An event, as far as the kit reads it. */
export interface KubernetesEvent {
  involvedObject: { name: string };
  reason: string;
  message: string;
  lastTimestamp?: string | null;
  /** Of one that happened once. */
  eventTime?: string | null;
}

/** The last warning of each object, as in "Unhealthy: Readiness probe failed: ...". */
export function lastWarnings(events: KubernetesEvent[]): Map<string, string> {
  const at = ({ lastTimestamp, eventTime }: KubernetesEvent) =>
    Date.parse(lastTimestamp ?? eventTime ?? "") || 0;
  return new Map(
    events
      .toSorted((one, other) => at(one) - at(other))
      .map(({ involvedObject: { name }, reason, message }) => [name, `${reason}: ${message.trim()}`]),
  );
}

/** Reads `kubectl top pods --no-headers`, like "app-5f 12m 38Mi". */
export const usageIn = (text: string): Map<string, Usage> =>
  new Map(
    text
      .split("\n")
      .map((line) => line.split(/\s+/))
      .filter(([, , memory]) => memory)
      .map(([name = "", cpus, memory]) => [name, { cpus: coresOf(cpus), memory: bytesOf(memory) }]),
  );

/** What the cluster says of pods, without those that are on their way out. */
export function instancesOf(
  all: Pod[],
  usage: Map<string, Usage>,
  warnings = new Map<string, string>(),
): Instance[] {
  const there = all.filter(({ metadata }) => !metadata.deletionTimestamp);
  const found = there.map((pod): Instance => {
    const { metadata, spec, status } = pod;
    const [container] = status.containerStatuses ?? [];
    const why = isReady(pod) ? "" : whyNot(pod, warnings.get(metadata.name));
    const [, tag = ""] = /:([^:/]+)$/.exec(spec.containers[0]?.image ?? "") ?? [];
    const its = usage.get(metadata.name);
    const since = container?.state.running?.startedAt;
    return {
      name: metadata.name,
      state: stateOf(pod),
      ...(why && { why }),
      version: metadata.annotations?.[NOTE.version] ?? tag,
      ...(since && { since }),
      restarts: restartsOf(pod),
      ...(its && { usage: its }),
      node: spec.nodeName ?? "",
    };
  });
  return found.toSorted((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
}

const FAILED = /BackOff|^Err|Error$|^Invalid|Evicted|OOMKilled/;

function stateOf(pod: Pod): Instance["state"] {
  if (isReady(pod)) return "running";
  const [container] = pod.status.containerStatuses ?? [];
  if (pod.status.phase === "Failed" || FAILED.test(container?.state.waiting?.reason ?? "")) return "failed";
  return container?.started ? "unhealthy" : "starting";
}

/** As `kubectl describe` has it: why the container waits and how it ended last, or what the pod waits for. */
function whyNot({ status }: Pod, warning = ""): string {
  const [container] = status.containerStatuses ?? [];
  const { reason = "", message = "" } = container?.state.waiting ?? {};
  const last = container?.lastState?.terminated;
  const ended = last && `last ended with ${last.reason ?? "exit code"} (${last.exitCode})`;
  const unmet = status.conditions?.find(({ status: met, message: text }) => met === "False" && text)?.message;
  const waits = [reason, message].filter(Boolean).join(": ");
  // The kubelet warns of the back-off that the container waits for in the same words.
  const more = message && warning.includes("Back-off") ? "" : warning;
  return [waits || status.message || unmet, ended, more].filter(Boolean).join("; ");
}
