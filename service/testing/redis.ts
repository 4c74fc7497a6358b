/** A real Redis for one test: own port, own directory, gone afterwards. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { Test } from "tap";
import { until } from "./until.ts";

/** Debian ships the server's binary in redis-tools too, as redis-check-rdb: it looks at its name. */
export const program = ["redis-server", "redis-check-rdb"].find(
  (name) => !spawnSync(name, ["--version"]).error,
);

/** For `{ skip }`: why tests with Redis cannot run here, or false. */
export const noRedis = program ? false : "needs redis-server (or Debian's redis-tools) on the PATH";

/** All that were started, so that none outlives a test that is cut off. */
export const children = new Set<ChildProcess>();
process.once("exit", () => children.forEach((child) => child.kill("SIGKILL")));

/** One Redis that can be ended, frozen and started again. */
export interface TestRedis {
  url: string;
  /** A client of the test's own; use it only while Redis runs. */
  client: Redis;
  start(): Promise<void>;
  /** Ends it as a crash would (SIGKILL). What it acknowledged is on disk. */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/**
 * Prepares a Redis, started unless told otherwise.
 * @param settings further lines of redis.conf, given on stdin, so that a password is on no argument list
 */
export async function testRedis(
  t: Test,
  { settings = "", password = "", started = true } = {},
): Promise<TestRedis> {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), "counter-redis-"));
  const client = new Redis({
    port,
    password,
    lazyConnect: true,
    disconnectTimeout: 100,
    retryStrategy: () => 20,
  });
  client.on("error", () => {});
  let child: ChildProcess | undefined;

  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  const start = async () => {
    child = spawn(program ?? "redis-server", ["-"], {
      argv0: "redis-server",
      stdio: ["pipe", "ignore", "ignore"],
    });
    const lines = [
      `port ${port}`,
      "bind 127.0.0.1",
      `dir ${directory}`,
      "appendonly yes",
      "appendfsync always",
    ];
    children.add(child);
    child.stdin?.end([...lines, settings, ""].join("\n"));
    await until("redis answers", 5000, () => client.ping());
  };
  t.teardown(async () => {
    client.disconnect();
    await kill();
    await rm(directory, { recursive: true, force: true });
  });
  if (started) await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    client,
    start,
    kill,
    freeze: () => child?.kill("SIGSTOP"),
    thaw: () => child?.kill("SIGCONT"),
  };
}
