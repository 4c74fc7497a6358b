/** The service under test: as an app in this process, or as the real process. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";
import type { Test } from "tap";
import { buildApp } from "../app.ts";
import { readConfig } from "../config.ts";
import { until } from "./until.ts";

/** Builds the app and listens on a free port; closed after the test. */
export async function testApp(
  t: Test,
  redisUrl: string,
  more: Record<string, string> = {},
): Promise<{ app: FastifyInstance; url: string }> {
  const env = { ...more, REDIS_URL: redisUrl, REPLICA: "replica-1", APP_VERSION: "v1", LOG_LEVEL: "silent" };
  const app = await buildApp(readConfig(env));
  t.teardown(() => app.close());
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return { app, url };
}

/** The service as a process of its own. */
export interface TestProcess {
  child: ChildProcess;
  /** Address of the counter and of the metrics, once started. */
  url: string;
  metricsUrl: string;
  /** The log so far, one parsed line each. */
  log: { msg: string; level: string; reason?: string }[];
  output(): { stdout: string; stderr: string };
  /** The exit code; null when a signal ended it. */
  exitCode: Promise<number | null>;
}

/** Runs server.ts with these variables only, and does not wait for anything. */
export function spawnService(t: Test, env: Record<string, string>): TestProcess {
  const main = fileURLToPath(new URL("../server.ts", import.meta.url));
  const defaults = { HOST: "127.0.0.1", PORT: "0", METRICS_PORT: "0", REPLICA: "replica-1" };
  const child = spawn(process.execPath, [main], {
    env: { ...defaults, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exitCode = once(child, "close").then(() => child.exitCode);
  t.teardown(async () => {
    child.kill("SIGKILL");
    await exitCode;
  });
  const result: TestProcess = {
    child,
    url: "",
    metricsUrl: "",
    log: [],
    output: () => ({ stdout, stderr }),
    exitCode,
  };
  let [stdout, stderr, rest] = ["", "", ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    result.log.push(...lines.map((line) => JSON.parse(line)));
  });
  return result;
}

/** Runs server.ts and waits until it listens. */
export async function startService(t: Test, env: Record<string, string>): Promise<TestProcess> {
  const service = spawnService(t, env);
  const started = await until("the service listens", 5000, () => {
    if (service.child.exitCode !== null) throw new Error(service.output().stderr);
    return service.log.find((line) => line.msg === "started") as
      | { at: string; metricsAt: string }
      | undefined;
  });
  service.url = started.at;
  service.metricsUrl = started.metricsAt;
  return service;
}

/** One API call: status, parsed body and headers. */
export async function call(url: string, path: string, init: RequestInit = {}) {
  const response = await fetch(url + path, init);
  const body = (await response.json()) as { value?: number; error?: string; status?: string };
  return { status: response.status, body, headers: response.headers };
}

/** POST /api/counter/<verb>. */
export const post = (url: string, verb: string) => call(url, `/api/counter/${verb}`, { method: "POST" });
