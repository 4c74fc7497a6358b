import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { freePort, noRedis, testRedis } from "./testing/redis.ts";
import { call, testApp } from "./testing/service.ts";
import { timed, until } from "./testing/until.ts";

const statusOf = async (url: string, path: string) => {
  const { status, body } = await call(url, path);
  return [status, body.status];
};

t.test("without Redis: alive, not started, not ready, and it knows its version", async (t) => {
  const { url } = await testApp(t, "redis://127.0.0.1:1");
  t.strictSame(await statusOf(url, "/livez"), [200, "alive"]);
  t.strictSame(await statusOf(url, "/startupz"), [503, "waiting for redis"]);
  t.strictSame(await statusOf(url, "/readyz"), [503, "redis unavailable"]);
  t.match((await call(url, "/version")).body, {
    version: "v1",
    replica: "replica-1",
    redis: "single",
    uptime: Number,
  });
});

t.test("ready follows Redis; started stays", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const { app, url } = await testApp(t, redis.url);
  await until("ready", 2000, async () => (await call(url, "/readyz")).status === 200);
  t.strictSame(await statusOf(url, "/readyz"), [200, "ready"]);
  t.strictSame(await statusOf(url, "/startupz"), [200, "started"]);

  redis.freeze();
  const [answer, ms] = await timed(() => statusOf(url, "/readyz"));
  t.strictSame(answer, [503, "redis unavailable"]);
  t.ok(ms < 600, `a frozen Redis is noticed in ${ms.toFixed()} ms`);
  t.strictSame(await statusOf(url, "/startupz"), [200, "started"]);
  t.strictSame(await statusOf(url, "/livez"), [200, "alive"]);

  redis.thaw();
  await until("ready again", 2000, async () => (await call(url, "/readyz")).status === 200);
  app.lifecycle.draining = true;
  t.strictSame(await statusOf(url, "/readyz"), [503, "draining"]);
});

t.test("the health check program", async (t) => {
  const program = fileURLToPath(new URL("./healthcheck.sh", import.meta.url));
  const run = async (port: number) => {
    const child = spawn("bash", [program], { env: { PORT: String(port) }, stdio: "ignore" });
    return (await once(child, "exit"))[0] as number;
  };
  t.equal(await run(await serve(t, 200)), 0, "started");
  t.equal(await run(await serve(t, 503)), 1, "not started");
  t.equal(await run(await freePort()), 1, "nobody there");
  const [code, ms] = await timed(async () => run(await serve(t, undefined)));
  t.equal(code, 1, "no answer");
  t.ok(ms < 3000, `given up after ${ms.toFixed()} ms`);
});

/** Answers /startupz with a status, or not at all. Returns its port. */
async function serve(t: Test, status: number | undefined): Promise<number> {
  const server = createServer(({ url }, response) => {
    if (status !== undefined) response.writeHead(url === "/startupz" ? status : 404).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
