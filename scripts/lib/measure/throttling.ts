import { readFileSync } from "node:fs";
import { groupFolder } from "../host/groups.ts";
import { readProc } from "./processes.ts";

/** How often the kernel held a group of processes back because of its CPU limit, of how many periods (of 0.1 s, as a rule). */
export interface Throttling {
  periods: number;
  throttled: number;
}

/** Of the groups of these processes, up to now, by group; one that has no limit counts no periods. */
export function throttlingOf(pids: Iterable<string>): Map<string, Throttling> {
  const mounts = readProc("self/mountinfo");
  const files = new Set([...pids].flatMap((pid) => statFile(readProc(`${pid}/cgroup`), mounts) ?? []));
  return new Map([...files].map((file) => [file, parseThrottling(read(file))]));
}

/** As a share of the periods between two readings: that of the group that was held back most. 0 without a limit. */
export function throttledShare(before: Map<string, Throttling>, after: Map<string, Throttling>): number {
  const shares = [...after].map(([file, { periods, throttled }]) => {
    const { periods: first = 0, throttled: held = 0 } = before.get(file) ?? {};
    return periods > first ? (throttled - held) / (periods - first) : 0;
  });
  return Math.max(0, ...shares);
}

/** The cpu.stat of a process's group, as `groupFolder` takes it. Undefined where the controller is not mounted. */
export function statFile(groups: string, mounts: string): string | undefined {
  const folder = groupFolder(groups, mounts, "cpu");
  return folder === undefined ? undefined : `${folder}/cpu.stat`;
}

/** Reads a cpu.stat; what is not in it counts as zero. */
export function parseThrottling(text: string): Throttling {
  const of = (key: string) => Number(new RegExp(`^${key} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
  return { periods: of("nr_periods"), throttled: of("nr_throttled") };
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The group is gone.
    return "";
  }
}
