/** Real Redis and Sentinel processes that keep their configuration in a file of their own, as they rewrite it. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis, type RedisOptions } from "ioredis";
import type { Test } from "tap";
import { type RedisProcess, redisProcess } from "./redis-process.ts";

/** One process. */
export interface Server extends RedisProcess {
  port: number;
}

interface ServerOptions {
  port: number;
  /** Of redis.conf or sentinel.conf. */
  lines: string[];
  sentinel?: boolean;
  /** How the test's own client gets in. */
  access?: Pick<RedisOptions, "password" | "tls" | "protocol">;
}

/** Starts a server; gone with its directory after the test. */
export async function redisServer(t: Test, options: ServerOptions): Promise<Server> {
  const { port, lines, sentinel = false, access = {} } = options;
  const directory = await mkdtemp(join(tmpdir(), "counter-redis-"));
  const file = join(directory, "redis.conf");
  await writeFile(file, ["bind 127.0.0.1", `dir ${directory}`, ...lines, ""].join("\n"), { mode: 0o600 });
  const client = new Redis({
    host: "127.0.0.1",
    port,
    lazyConnect: true,
    enableReadyCheck: false,
    disconnectTimeout: 100,
    commandTimeout: 1000,
    retryStrategy: () => 20,
    ...access,
  });
  client.on("error", () => {});
  const args = [file, ...(sentinel ? ["--sentinel"] : [])];
  const server = redisProcess(t, { client, directory, args });
  await server.start();
  return { port, ...server };
}
