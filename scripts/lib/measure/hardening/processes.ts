import { $ } from "zx/core";
import type { Container } from "../../deployment/orchestrator.ts";
import { asRoot } from "../../run/shell.ts";
import { groupFolder } from "../../host/groups.ts";
import { family, readProc } from "../processes.ts";

/** What the kernel says of a process of a container. */
export interface Confined {
  container: string;
  /** Its name, as in `redis-server`. */
  program: string;
  /** Real, effective, saved and file-system user and group [proc(5)]. */
  users: number[];
  groups: number[];
  /** Permitted, effective and bounding capabilities, and whatever an executed file would get of them. */
  capabilities: string[];
  noNewPrivileges: boolean;
  /** 0 none, 1 strict, 2 filter. */
  seccomp: number;
  /** Whether its root is mounted read-only. */
  readOnly: boolean;
  /** Processes and bytes that its group may have; absent without a limit. */
  pids?: number;
  memory?: number;
}

/** The texts of /proc that a process is judged by. */
export interface ProcTexts {
  status: string;
  mounts: string;
  pidsLimit: string;
  memoryLimit: string;
}

/** What the main process of a container, and those that it began, are confined to. */
export async function confinedIn({ name, pid }: Container): Promise<Confined[]> {
  const all = await Promise.all(family(pid).map(textsOf));
  // One that has ended meanwhile is no process any more.
  return all.filter(({ status, mounts }) => status && mounts).map((texts) => confinedOf(name, texts));
}

async function textsOf(pid: number): Promise<ProcTexts> {
  const groups = readProc(`${pid}/cgroup`);
  const mounts = readProc("self/mountinfo");
  const limit = async (controller: string, names: string[]) => {
    const folder = groupFolder(groups, mounts, controller);
    // Version 2 has the first name, version 1 the second; Kubernetes limits processes by the pod, which is the folder above.
    const files = names.flatMap((name) => [`${folder}/${name}`, `${folder}/../${name}`]);
    return (await $({ nothrow: true, quiet: true })`${asRoot} cat ${files}`).stdout;
  };
  const { stdout: its } = await $({ nothrow: true, quiet: true })`${asRoot} cat /proc/${pid}/mountinfo`;
  return {
    status: readProc(`${pid}/status`),
    mounts: its,
    pidsLimit: await limit("pids", ["pids.max"]),
    memoryLimit: await limit("memory", ["memory.max", "memory.limit_in_bytes"]),
  };
}

/** Without a limit, version 1 says a number near 2^63. */
const NO_LIMIT = 2 ** 62;

/** Reads what /proc says. */
export function confinedOf(
  container: string,
  { status, mounts, pidsLimit, memoryLimit }: ProcTexts,
): Confined {
  const of = (key: string) => new RegExp(`^${key}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "";
  const root = mounts.split("\n").findLast((line) => line.split(" ")[4] === "/");
  const [pids, memory] = [limitIn(pidsLimit), limitIn(memoryLimit)];
  return {
    container,
    program: of("Name"),
    users: numbers(of("Uid")),
    groups: numbers(of("Gid")),
    capabilities: ["CapPrm", "CapEff", "CapBnd", "CapAmb"].map(of),
    noNewPrivileges: of("NoNewPrivs") === "1",
    seccomp: Number(of("Seccomp") || 0),
    readOnly: root?.split(" ")[5]?.split(",").includes("ro") ?? false,
    ...(pids !== undefined && { pids }),
    ...(memory !== undefined && { memory }),
  };
}

const numbers = (text: string) => text.split(/\s+/).filter(Boolean).map(Number);

/** The least of them: a line each. */
function limitIn(text: string): number | undefined {
  const limits = text.split("\n").map((line) => Number.parseInt(line, 10));
  const least = Math.min(...limits.filter((value) => value > 0 && value < NO_LIMIT));
  return Number.isFinite(least) ? least : undefined;
}
