import type { Platform } from "./platform.ts";
import { players, readProc, type Role } from "./processes.ts";
import { throttledShare, type Throttling, throttlingOf } from "./throttling.ts";

/** Ticks of /proc/PID/stat and /proc/stat in a second: USER_HZ, the same on every Linux that Node runs on. */
const TICKS = 100;

/** CPU time so far, in seconds, of each process that plays a role, and of nobody. */
interface CpuTimes {
  roles: Map<Role, Map<string, number>>;
  idle: number;
  /** What the machine that this one is a guest of gave to others. */
  steal: number;
  /** What the kernel used on anybody's behalf, interrupts included: a part of all others. */
  kernel: number;
  /** In which a process waited for a disk; undefined where the kernel does not say. */
  disk: number | undefined;
  /** Of the replicas' groups. */
  throttling: Map<string, Throttling>;
  /** Seconds, on a clock of its own. */
  at: number;
}

/** CPU seconds that a process has used; undefined where there is no such process. */
export function cpuOf(pid: number | string): number | undefined {
  const text = readProc(`${pid}/stat`);
  if (!text) return undefined;
  // The name in brackets may have spaces; user and system time are the 14th and 15th field [proc(5)].
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Reads what has been used up to now; of the roles, by one platform's processes, as `players` takes it. */
export function cpuTimes(platform?: Platform): CpuTimes {
  const roles = new Map<Role, Map<string, number>>();
  for (const { pid, role } of players(platform)) {
    const used = cpuOf(pid);
    if (used !== undefined) roles.set(role, (roles.get(role) ?? new Map()).set(pid, used));
  }
  const disk = diskWait(readProc("pressure/io"));
  return { roles, ...machineTimes(), disk, throttling: throttlingOf(roles.get("replicas")?.keys() ?? []) };
}

/**
 * Seconds in which some process waited for a disk, of the kernel's pressure file (docs.kernel.org, "PSI"); undefined where
 * the kernel keeps none.
 */
export function diskWait(text: string): number | undefined {
  const total = /^some .*total=(\d+)/m.exec(text)?.[1];
  return total === undefined ? undefined : Number(total) / 1e6;
}

function machineTimes() {
  const fields = readProc("stat").split("\n")[0]!.split(/\s+/).slice(1).map(Number);
  const [, , system = 0, idle = 0, wait = 0, interrupts = 0, soft = 0, steal = 0] = fields;
  const seconds = { idle: idle + wait, steal, kernel: system + interrupts + soft };
  const rows = Object.entries(seconds).map(([name, ticks]) => [name, ticks / TICKS]);
  return {
    ...(Object.fromEntries(rows) as typeof seconds),
    at: performance.now() / 1000,
  };
}

/** Cores that each role and nobody used between two readings, as a mean, and those that were stolen. */
export function coresBetween(
  before: CpuTimes,
  after: CpuTimes,
): Partial<Record<Role, number>> & Record<"idle" | "steal", number> {
  const seconds = after.at - before.at;
  const rows = [...after.roles.keys()].map((role) => {
    const used = usedBy(role, before, after);
    return [role, used.reduce((a, b) => a + b, 0) / seconds] as const;
  });
  const idle = (after.idle - before.idle) / seconds;
  return { ...Object.fromEntries(rows), idle, steal: (after.steal - before.steal) / seconds };
}

/** Seconds of each process of a role. One that came meanwhile has used all its time since. */
const usedBy = (role: Role, before: CpuTimes, after: CpuTimes) =>
  [...(after.roles.get(role) ?? [])].map(([pid, cpu]) => cpu - (before.roles.get(role)?.get(pid) ?? 0));

/** What shows a limit that is not the whole machine's. */
export interface Strain {
  /** Cores of the replica that used most. */
  busiest: number;
  /** Share of the periods in which a replica was held back by its CPU limit, of the one that was most. */
  throttled: number;
  /** Cores that the kernel used on anybody's behalf. */
  kernel: number;
  /** Share of the time in which a process waited for a disk; absent where the kernel does not say. */
  disk?: number;
}

/** What was strained between two readings. */
export function strainBetween(before: CpuTimes, after: CpuTimes): Strain {
  const seconds = after.at - before.at;
  return {
    busiest: Math.max(0, ...usedBy("replicas", before, after)) / seconds,
    throttled: throttledShare(before.throttling, after.throttling),
    kernel: (after.kernel - before.kernel) / seconds,
    ...(before.disk !== undefined &&
      after.disk !== undefined && { disk: (after.disk - before.disk) / seconds }),
  };
}
