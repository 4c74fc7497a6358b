import { existsSync, readFileSync, statfsSync } from "node:fs";
import { totalmem } from "node:os";
import { dirname } from "node:path";
import { $ } from "zx/core";
import { asRoot } from "../run/shell.ts";

const GIB = 1024 ** 3;
/** Of a machine that is sold as 1 GiB, so much is left. */
const MOST = 0.9;

/** Whether systemd runs this machine; containers and some virtual machines have none. */
export const hasSystemd = () => existsSync("/run/systemd/system");

/** Whether the kernel has IPVS, which Swarm's routing mesh needs; loads the module where it is only not loaded. */
export async function hasIpvs(): Promise<boolean> {
  if (existsSync("/proc/net/ip_vs")) return true;
  await $({ nothrow: true })`${asRoot} modprobe ip_vs`;
  return existsSync("/proc/net/ip_vs");
}

/** A field of os-release(5), as in `osRelease("ID")`; empty where it is not there. */
export function osRelease(field: string): string {
  const text = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return new RegExp(`^${field}="?([^"\n]*)`, "m").exec(text)?.[1] ?? "";
}

/** The distribution's name, and whether it is of Debian's family. */
export function distribution(): { name: string; apt: boolean } {
  const family = `${osRelease("ID")} ${osRelease("ID_LIKE")}`.split(" ");
  return { name: osRelease("PRETTY_NAME") || "this system", apt: family.includes("debian") };
}

/** Why this user cannot act as root; undefined if they can. sudo may ask for its password on a terminal. */
export async function privilegeProblem(): Promise<string | undefined> {
  if (asRoot.length === 0) return undefined;
  if (!(await $({ nothrow: true })`command -v sudo`).ok) return "this needs root, and there is no sudo";
  if (process.stderr.isTTY || (await $({ nothrow: true })`sudo -n true`).ok) return undefined;
  return "this needs root, or sudo without a password where there is no terminal";
}

/** What the kernel lacks; loads the module where it is only not loaded. */
export async function kernelProblem(): Promise<string | undefined> {
  if (hasOverlay()) return undefined;
  await $({ nothrow: true })`${asRoot} modprobe overlay`;
  return hasOverlay() ? undefined : "the kernel has no overlay file system, which images need";
}

const hasOverlay = () => readFileSync("/proc/filesystems", "utf8").includes("overlay");

/**
 * Why this machine is too small; `disk` is the folder that images and volumes go to, `gibs` what it must have left,
 * `memory` what the machine must have in all, both in GiB.
 */
export function sizeProblems(disk: string, gibs: number, memory = 1): string[] {
  const problems = memoryProblems(memory);
  const { bavail, bsize } = statfsSync(nearest(disk));
  const free = bavail * bsize;
  if (free < gibs * GIB) problems.push(`${gib(free)} GiB of disk free for ${disk}: ${gibs} GiB is needed`);
  return problems;
}

/** Why this machine has too little memory, in GiB. */
export const memoryProblems = (memory: number): string[] =>
  totalmem() < MOST * memory * GIB ? [`${gib(totalmem())} GiB of memory: ${memory} GiB is needed`] : [];

const gib = (bytes: number) => (bytes / GIB).toFixed(1);
const nearest = (path: string): string => (existsSync(path) ? path : nearest(dirname(path)));
