import { readdirSync, readFileSync } from "node:fs";
import { type Platform, platformOf } from "./platform.ts";

/** Parts of a deployment, by how their processes are called on this machine, in containers or not. */
const ROLES: Record<Role, (argv: string[]) => boolean> = {
  // With the process with which Docker opens a port on 127.0.0.1: both stand in front of the replicas.
  proxy: ([program = ""]) => /(^|\/)(haproxy|docker-proxy)$/.test(program),
  replicas: ([program = "", script = ""]) =>
    /(^|\/)node$/.test(program) && /(^|\/)server\.mjs$|service\/server\.ts$/.test(script),
  redis: ([program = ""]) => /(^|\/)(redis|valkey)-server\b/.test(program),
  // k3s has kube-proxy, the kubelet and its datastore in one process.
  orchestrator: ([program = ""]) =>
    /(^|\/)(dockerd|containerd|containerd-shim[\w-]*|k3s(-server)?|kubelet)$/.test(program),
};

export type Role = "proxy" | "replicas" | "redis" | "orchestrator";

/** A process that plays a role. */
interface Player {
  role: Role;
  pid: string;
  /** Its name without its folder. */
  program: string;
  /** Whose it is, as far as that can be told. */
  platform: Platform | undefined;
}

/** The processes that play a role now; of one platform, with all of which nothing tells whose they are, if it is given. */
export function players(platform?: Platform): Player[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const all = pids.flatMap((pid): Player[] => {
    const argv = argvOf(pid);
    const role = (Object.keys(ROLES) as Role[]).find((name) => ROLES[name](argv));
    if (!role) return [];
    const whose = platformOf(argv, argvOf(parentOf(pid)), readProc(`${pid}/cgroup`));
    return [{ role, pid, program: argv[0]!.replace(/^.*\//, ""), platform: whose }];
  });
  return all.filter((one) => !platform || !one.platform || one.platform === platform);
}

const argvOf = (pid: string) => readProc(`${pid}/cmdline`).split(/\0| /);

/** The number behind the name in brackets, which may have spaces, and the state [proc(5)]. */
const parentOf = (pid: string) => /.*\) \S (\d+)/s.exec(readProc(`${pid}/stat`))?.[1] ?? "0";

const childrenOf = (pid: number) =>
  readProc(`${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);

/** A process and all that it began. What a healthcheck runs is no child of it. */
export const family = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(family)];

/** The process that does the work of a container: its first one, or the server that deploy/container/keep-running.sh runs. */
export function serverOf(pid: number): number {
  const kept = argvOf(String(pid)).some((word) => word.endsWith("/keep-running.sh"));
  return (kept && childrenOf(pid)[0]) || pid;
}

/** Bytes of memory that a process takes, shared pages divided among those who share them; 0 where it has ended. */
export function memoryOf(pid: string): number {
  const of = (file: string, key: string) =>
    Number(new RegExp(`^${key}: +(\\d+) kB`, "m").exec(readProc(`${pid}/${file}`))?.[1] ?? 0) * 1024;
  // Another user's shares are not to be read: then what is in memory counts, shared or not.
  return of("smaps_rollup", "Pss") || of("status", "VmRSS");
}

/** A file below /proc; empty where the process has ended, or it is another user's. */
export function readProc(file: string): string {
  try {
    return readFileSync(`/proc/${file}`, "utf8");
  } catch {
    return "";
  }
}
