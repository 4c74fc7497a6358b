import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { $ } from "zx/core";
import type { Container } from "../deployment/orchestrator.ts";
import { EXIT, Failure } from "../run/failure.ts";
import { interruption } from "../run/interrupt.ts";
import { asRoot } from "../run/shell.ts";
import { now } from "./clock.ts";
import { serverOf } from "./processes.ts";

/** What was done to a process, and when: milliseconds since 1970, on the clock of the samples. */
export interface Fault {
  /** The container's name. */
  container: string;
  /** When the signal was sent. */
  at: number;
  /** When the processes had ended, stood still, or were cut off: what is acknowledged of later requests is not their work. */
  done: number;
  /** When it went on, if it was frozen or cut off. */
  thawed?: number;
}

/** Milliseconds in which a signal has to be obeyed. */
const OBEYED = 5000;
const LOOK_EVERY = 2;

/** Ends the server of a container with kill -9, as a crash or the kernel, out of memory, would. */
export async function kill({ name, pid }: Container): Promise<Fault> {
  await namespaceOf(pid, "pid");
  const server = serverOf(pid);
  const at = now();
  await signal([server], "SIGKILL");
  await reached([server], "Z");
  return { container: name, at, done: now() };
}

/** Freezes every process of a container for so many seconds. */
export async function freeze(container: Container, seconds: number): Promise<Fault> {
  const pids = await processesOf(container);
  const thaw = ["sh", "-c", 'read -r _; kill -s CONT "$@"', "sh", ...pids.map(String)];
  return forAWhile(container, seconds, thaw, async () => {
    await signal(pids, "SIGSTOP");
    await reached(pids, "T");
  });
}

/** Run in a container's network: nothing comes in or goes out but what its processes say to each other. */
const CUT_OFF = `
drop() { iptables -w "$1" INPUT ! -i lo -j DROP && iptables -w "$1" OUTPUT ! -o lo -j DROP; }
trap 'drop -D' EXIT
drop -I && echo cut && read -r _`;

/** Cuts a container off from its network for so many seconds. Throws a Failure (refused) where that cannot be. */
export async function cutOff(container: Container, seconds: number): Promise<Fault> {
  const { name, pid } = container;
  await namespaceOf(pid, "net");
  const command = ["nsenter", `--target=${pid}`, "--net", "sh", "-c", CUT_OFF];
  return forAWhile(container, seconds, command, async (guard) => {
    const why = text(guard.stderr);
    const [said] = await Promise.race([once(guard.stdout, "data"), once(guard, "close")]);
    if (said instanceof Buffer) return;
    const lines = (await why).trim().split("\n");
    throw new Failure(`the network of ${name} cannot be cut`, { code: EXIT.refused, lines });
  });
}

/**
 * Begins something, and ends it after so many seconds. Whatever ends this process meanwhile, it ends, too: the guard, a
 * process of its own, holds the other end of a pipe, and undoes it when that closes.
 */
async function forAWhile(
  { name }: Container,
  seconds: number,
  command: string[],
  begin: (guard: ChildProcessWithoutNullStreams) => Promise<void>,
): Promise<Fault> {
  const [program = "", ...args] = [...asRoot, ...command];
  const guard = spawn(program, args, { detached: true });
  const ended = once(guard, "close");
  try {
    const at = now();
    await begin(guard);
    const done = now();
    await sleep(seconds * 1000, undefined, { signal: interruption }).catch(() => {});
    return { container: name, at, done, thawed: now() };
  } finally {
    guard.stdin.end();
    await ended;
  }
}

/** A namespace of a container. Throws a Failure (refused) where it is this process's: that is none. */
async function namespaceOf(pid: number, kind: "pid" | "net"): Promise<string> {
  const { stdout } = await $`${asRoot} readlink /proc/self/ns/${kind} /proc/${pid}/ns/${kind}`;
  const [mine, its = ""] = stdout.split("\n");
  if (pid > 1 && its && its !== mine) return its;
  throw new Failure(`process ${pid} is not in a container of its own`, { code: EXIT.refused });
}

/** Every process of a container. Throws a Failure (refused) where it is none. */
export const processesOf = async ({ pid }: Container): Promise<number[]> =>
  processesIn(await namespaceOf(pid, "pid"));

async function processesIn(namespace: string): Promise<number[]> {
  const like = namespace.replaceAll(/[^a-z0-9:]/g, "?");
  const flags = ["-maxdepth", "3", "-path", "/proc/[0-9]*/ns/pid", "-lname", like];
  // Processes that end meanwhile make find fail.
  const { stdout } = await $({ nothrow: true })`${asRoot} find /proc ${flags}`;
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((path) => Number(path.split("/")[2]));
}

async function signal(pids: number[], name: "SIGKILL" | "SIGSTOP"): Promise<void> {
  if (asRoot.length > 0) await $`${asRoot} kill -s ${name.slice(3)} ${pids}`;
  else for (const pid of pids) process.kill(pid, name);
}

/** Waits until all are in a state, as /proc/PID/stat tells it, or gone. Throws a Failure when they do not obey. */
async function reached(pids: number[], state: "Z" | "T"): Promise<void> {
  const end = performance.now() + OBEYED;
  // The first thread of a process may have ended while another one still holds its sockets.
  const whole = (pid: number) => state !== "Z" || threadsOf(pid) <= 1;
  const there = (pid: number) => (stateOf(pid) ?? state) === state && whole(pid);
  while (!pids.every(there)) {
    if (performance.now() > end) throw new Failure(`process ${pids[0]} does not obey`);
    await sleep(LOOK_EVERY);
  }
}

function threadsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}

function stateOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat[stat.lastIndexOf(")") + 2];
  } catch {
    return undefined;
  }
}
