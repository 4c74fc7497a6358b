/** A process of a real Redis or Sentinel that a test ends, freezes and starts again. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import type { Redis } from "ioredis";
import type { Test } from "tap";
import { until } from "./until.ts";

/** Debian ships the server's binary in redis-tools too, as redis-check-rdb: it looks at its name. */
export const program = ["redis-server", "redis-check-rdb"].find(
  (name) => !spawnSync(name, ["--version"]).error,
);

/** All that were started, so that none outlives a test that is cut off. */
const children = new Set<ChildProcess>();
process.once("exit", () => children.forEach((child) => child.kill("SIGKILL")));

export interface RedisProcess {
  /** A client of the test's own; use it only while Redis runs. */
  client: Redis;
  start(): Promise<void>;
  /** Ends it as a crash would (SIGKILL). */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

interface ProcessOptions {
  client: Redis;
  /** What it writes to; gone after the test, as is the process. */
  directory: string;
  args: string[];
  /** Its standard input. */
  input?: string;
}

/** Prepares a process, which is not started yet. */
export function redisProcess(t: Test, { client, directory, args, input }: ProcessOptions): RedisProcess {
  let child: ChildProcess | undefined;
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  const run = () => {
    const stdin = input === undefined ? "ignore" : "pipe";
    child = spawn(program ?? "redis-server", args, {
      argv0: "redis-server",
      stdio: [stdin, "ignore", "ignore"],
    });
    children.add(child);
    child.stdin?.end(input);
  };
  const start = async () => {
    run();
    await until("redis answers", 5000, () => {
      // A port that was free may be where somebody's connection comes from, for a moment.
      if (typeof child?.exitCode === "number") run();
      return client.ping();
    });
  };
  t.teardown(async () => {
    client.disconnect();
    await kill();
    await rm(directory, { recursive: true, force: true });
  });
  return {
    client,
    start,
    kill,
    freeze: () => child?.kill("SIGSTOP"),
    thaw: () => child?.kill("SIGCONT"),
  };
}
