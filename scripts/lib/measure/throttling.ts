import { readFileSync } from "node:fs";
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

/**
 * The cpu.stat of a process's group, of version 1 or 2: `groups` is its /proc/PID/cgroup, `mounts` a /proc/PID/mountinfo
 * [cgroups(7), proc(5)]. Undefined where the controller is not mounted.
 */
export function statFile(groups: string, mounts: string): string | undefined {
  const rows = groups.split("\n").map((line) => /^\d+:([^:]*):(.*)$/.exec(line) ?? []);
  const [, , path] =
    rows.find(([, controllers = ""]) => controllers.split(",").includes("cpu")) ??
    rows.find(([, controllers]) => controllers === "") ??
    [];
  const first = rows.some(([, controllers = ""]) => controllers.split(",").includes("cpu"));
  for (const line of mounts.split("\n")) {
    const [place = "", kind = ""] = line.split(" - ");
    const [type, , options = ""] = kind.split(" ");
    const right = first ? type === "cgroup" && options.split(",").includes("cpu") : type === "cgroup2";
    const [, , , root = "", point = ""] = place.split(" ");
    if (!right || path === undefined) continue;
    const below = root !== "/" && path.startsWith(root) ? path.slice(root.length) : path;
    return `${point}${below === "/" ? "" : below}/cpu.stat`;
  }
  return undefined;
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
