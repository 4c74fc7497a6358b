import { readdirSync, readFileSync } from "node:fs";

/** Ticks of /proc/PID/stat and /proc/stat in a second: USER_HZ, the same on every Linux that Node runs on. */
const TICKS = 100;

/** Parts of a deployment, by how their processes are called on this machine, in containers or not. */
const ROLES: Record<Role, (argv: string[]) => boolean> = {
  proxy: ([program = ""]) => /(^|\/)haproxy$/.test(program),
  replicas: ([program = "", script = ""]) =>
    /(^|\/)node$/.test(program) && /(^|\/)server\.mjs$|service\/server\.ts$/.test(script),
  redis: ([program = ""]) => /(^|\/)(redis|valkey)-server\b/.test(program),
};

export type Role = "proxy" | "replicas" | "redis";

/** CPU time so far, in seconds, of each process that plays a role, and of nobody. */
export interface CpuTimes {
  roles: Map<Role, Map<string, number>>;
  idle: number;
  /** Seconds, on a clock of its own. */
  at: number;
}

/** CPU seconds that a process has used; undefined where there is no such process. */
export function cpuOf(pid: number | string): number | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (!text) return undefined;
  // The name in brackets may have spaces; user and system time are the 14th and 15th field [proc(5)].
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Reads what has been used up to now. */
export function cpuTimes(): CpuTimes {
  const roles = new Map<Role, Map<string, number>>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const argv = (read(`/proc/${pid}/cmdline`) ?? "").split(/\0| /);
    const role = (Object.keys(ROLES) as Role[]).find((name) => ROLES[name](argv));
    const used = role && cpuOf(pid);
    if (role && used !== undefined) roles.set(role, (roles.get(role) ?? new Map()).set(pid, used));
  }
  // The fields after "cpu": user, nice, system, idle, iowait.
  const machine = (read("/proc/stat") ?? "").split("\n")[0]!.split(/\s+/).map(Number);
  return { roles, idle: (machine[4]! + machine[5]!) / TICKS, at: performance.now() / 1000 };
}

/** Cores that each role and nobody used between two readings, as a mean. */
export function coresBetween(before: CpuTimes, after: CpuTimes): Partial<Record<Role | "idle", number>> {
  const seconds = after.at - before.at;
  const rows = [...after.roles].map(([role, processes]) => {
    // A process that came meanwhile has used all its time since.
    const used = [...processes].map(([pid, cpu]) => cpu - (before.roles.get(role)?.get(pid) ?? 0));
    return [role, used.reduce((a, b) => a + b, 0) / seconds] as const;
  });
  return { ...Object.fromEntries(rows), idle: (after.idle - before.idle) / seconds };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The process has ended, or is another user's.
    return undefined;
  }
}
