import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { groupFolder } from "./groups.ts";

/** What a container takes now. */
export interface Usage {
  /** Cores, on average over the time between two looks. */
  cpus: number;
  /** Bytes of memory, without the file cache that the kernel can take back. */
  memory: number;
}

/** Milliseconds between two looks. */
const INTERVAL = 250;

/** What the control groups of some processes take, by process. One that the kernel says nothing of is left out. */
export async function usageOf(pids: number[]): Promise<Map<number, Usage>> {
  const mounts = read("/proc/self/mountinfo");
  const groups = pids.map((pid) => [pid, read(`/proc/${pid}/cgroup`)] as const);
  const before = new Map(groups.map(([pid, group]) => [pid, cpuTime(group, mounts)]));
  const start = performance.now();
  await sleep(INTERVAL);
  const seconds = (performance.now() - start) / 1000;
  return new Map(
    groups.flatMap(([pid, group]) => {
      const [from, to, memory] = [before.get(pid), cpuTime(group, mounts), memoryOf(group, mounts)];
      if (from === undefined || to === undefined || memory === undefined) return [];
      return [[pid, { cpus: (to - from) / seconds, memory }] as const];
    }),
  );
}

/** Seconds of CPU that a group has had. */
function cpuTime(group: string, mounts: string): number | undefined {
  const version1 = read(`${groupFolder(group, mounts, "cpuacct")}/cpuacct.usage`);
  if (version1) return Number(version1) / 1e9;
  return numberIn(`${groupFolder(group, mounts, "cpu")}/cpu.stat`, "usage_usec", 1e6);
}

function memoryOf(group: string, mounts: string): number | undefined {
  const folder = groupFolder(group, mounts, "memory");
  const used = read(`${folder}/memory.current`) || read(`${folder}/memory.usage_in_bytes`);
  if (!used) return undefined;
  const cache = numberIn(`${folder}/memory.stat`, "(?:total_)?inactive_file") ?? 0;
  return Number(used) - cache;
}

function numberIn(file: string, key: string, unit = 1): number | undefined {
  // Version 1 has the sum over the groups below last, under a name with a prefix.
  const found = [...read(file).matchAll(new RegExp(`^${key} (\\d+)$`, "gm"))].at(-1);
  return found && Number(found[1]) / unit;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}
