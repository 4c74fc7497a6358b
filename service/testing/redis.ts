/** A real Redis for one test: own port, own directory, gone afterwards. */
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { Test } from "tap";
import { program, type RedisProcess, redisProcess } from "./redis-process.ts";

/** For `{ skip }`: why tests with Redis cannot run here, or false. */
export const noRedis = program ? false : "needs redis-server (or Debian's redis-tools) on the PATH";

/** One Redis. What it acknowledged is on disk. */
export interface TestRedis extends RedisProcess {
  url: string;
}

/** Below those that the kernel gives to clients: a test's own connections would take them (ip_local_port_range). */
const PORTS = [12_000, 32_000] as const;
const given = new Set<number>();

/** A port that was free a moment ago, and that this process has not been given before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(...PORTS);
    if (given.has(port)) continue;
    given.add(port);
    const server = createServer().listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
    } catch {
      continue;
    }
    server.close();
    await once(server, "close");
    return port;
  }
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
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${directory}`,
    "appendonly yes",
    "appendfsync always",
  ];
  const input = [...lines, settings, ""].join("\n");
  const process = redisProcess(t, { client, directory, args: ["-"], input });
  if (started) await process.start();
  return { url: `redis://127.0.0.1:${port}`, ...process };
}
