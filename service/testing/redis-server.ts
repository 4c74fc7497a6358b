/** Real Redis and Sentinel processes that keep their configuration in a file of their own, as they rewrite it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis, type RedisOptions } from "ioredis";
import type { Test } from "tap";
import { children, program } from "./redis.ts";
import { until } from "./until.ts";

/** One process. */
export interface Server {
  port: number;
  /** A client of the test's own; use it only while the server runs. */
  client: Redis;
  start(): Promise<void>;
  /** Ends it as a crash would (SIGKILL). */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
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
  let child: ChildProcess | undefined;

  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  const start = async () => {
    child = spawn(program ?? "redis-server", [file, ...(sentinel ? ["--sentinel"] : [])], {
      argv0: "redis-server",
      stdio: "ignore",
    });
    children.add(child);
    await until("the server answers", 5000, () => client.ping());
  };
  t.teardown(async () => {
    client.disconnect();
    await kill();
    await rm(directory, { recursive: true, force: true });
  });
  await start();
  return {
    port,
    client,
    start,
    kill,
    freeze: () => child?.kill("SIGSTOP"),
    thaw: () => child?.kill("SIGCONT"),
  };
}
