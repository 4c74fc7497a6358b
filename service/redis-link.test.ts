import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import t from "tap";
import { COUNTER_KEY } from "./counter.ts";
import { noRedis, testRedis } from "./testing/redis.ts";
import { call, post, startService, testApp } from "./testing/service.ts";
import { timed, until } from "./testing/until.ts";

/** Bytes that are still referred to: the heap after a full collection. */
function liveHeap(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}

/** How soon a request fails while Redis is away, and works after it is back, in milliseconds. */
const FAILS_WITHIN = 600;
const RECOVERS_WITHIN = 2000;

t.test("Redis away at the start: it listens, and becomes ready by itself", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t, { started: false });
  const service = await startService(t, { REDIS_URL: redis.url });
  t.equal((await call(service.url, "/startupz")).status, 503);
  t.equal((await post(service.url, "increment")).status, 503);

  await redis.start();
  const ready = async () => (await call(service.url, "/readyz")).status === 200;
  const [, ms] = await timed(() => until("ready", RECOVERS_WITHIN, ready));
  t.comment(`ready ${ms.toFixed()} ms after Redis answered`);
  t.equal((await call(service.url, "/startupz")).status, 200);
  t.strictSame((await post(service.url, "increment")).body, { value: 1 });
});

const outages = [
  { name: "killed", away: "kill", back: "start" },
  { name: "frozen", away: "freeze", back: "thaw" },
] as const;

for (const { name, away, back } of outages) {
  void t.test(`Redis ${name}: a 503 soon, every time, and recovery`, { skip: noRedis }, async (t) => {
    const redis = await testRedis(t);
    const service = await startService(t, { REDIS_URL: redis.url });
    t.strictSame((await post(service.url, "increment")).body, { value: 1 });

    await redis[away]();
    let slowest = 0;
    const end = performance.now() + 2500;
    while (performance.now() < end) {
      const calls = ["increment", "decrement", "reset"].map((verb) => timed(() => post(service.url, verb)));
      for (const [{ status, body, headers }, ms] of await Promise.all(calls)) {
        slowest = Math.max(slowest, ms);
        if (status !== 503) t.equal(status, 503);
        if (headers.get("retry-after") !== "1") t.equal(headers.get("retry-after"), "1");
        if (body.error !== "Redis is unavailable") t.equal(body.error, "Redis is unavailable");
      }
      await sleep(20);
    }
    t.ok(slowest < FAILS_WITHIN, `slowest answer after ${slowest.toFixed()} ms`);

    await redis[back]();
    const answers = async () => (await post(service.url, "reset")).status === 200;
    const [, ms] = await timed(() => until("recovered", RECOVERS_WITHIN, answers));
    t.comment(`recovered ${ms.toFixed()} ms after Redis was back`);
    t.strictSame((await post(service.url, "increment")).body, { value: 1 });

    const said = service.log.map(({ msg }) => msg).filter((msg) => msg.startsWith("redis "));
    t.equal(said.filter((msg) => msg === "redis lost").length, 1, "the loss is logged once");
    t.equal(said.filter((msg) => msg === "redis back").length, 1, "and the return");
    t.ok(said.length < 10, `${said.length} lines, not one per failed request`);
  });
}

t.test(
  "kills and restarts under load never count twice or lose what was acknowledged",
  { skip: noRedis },
  async (t) => {
    const redis = await testRedis(t);
    const { url } = await testApp(t, redis.url);
    const counts = { running: true, ok: 0, unknown: 0 };
    const client = async () => {
      while (counts.running) {
        const { status } = await post(url, "increment");
        if (status === 200) counts.ok += 1;
        else if (status === 503) counts.unknown += 1;
        else t.equal(status, 200);
      }
    };
    const clients = Promise.all(Array.from({ length: 16 }, client));
    for (let round = 0; round < 4; round += 1) {
      const before = counts.ok;
      await until("some are counted", RECOVERS_WITHIN, () => counts.ok > before + 100);
      await redis.kill();
      await redis.start();
    }
    counts.running = false;
    await clients;
    const value = Number(await redis.client.get(COUNTER_KEY));
    t.comment(`${counts.ok} acknowledged, ${counts.unknown} unknown, value ${value}`);
    t.ok(counts.unknown > 0, "some failed");
    t.ok(value >= counts.ok, "every acknowledged one is counted");
    t.ok(value <= counts.ok + counts.unknown, "none is counted twice");
  },
);

t.test("a cut connection costs no error when nothing is under way", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const { url } = await testApp(t, redis.url);
  for (let count = 1; count <= 10; count += 1) {
    const { status, body } = await post(url, "increment");
    t.strictSame([status, body], [200, { value: count }]);
    await redis.client.call("CLIENT", "KILL", "TYPE", "normal");
  }
});

t.test("nothing that failed while Redis was away is counted later", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const { url } = await testApp(t, redis.url);
  t.strictSame((await post(url, "increment")).body, { value: 1 });
  await redis.kill();
  await until("the loss is noticed", 1000, async () => (await call(url, "/readyz")).status === 503);
  const failed = await Promise.all(Array.from({ length: 50 }, () => post(url, "increment")));
  t.ok(failed.every(({ status }) => status === 503));
  await redis.start();
  await until("ready", RECOVERS_WITHIN, async () => (await call(url, "/readyz")).status === 200);
  t.strictSame((await call(url, "/api/counter")).body, { value: 1 });
});

t.test("hammering while Redis is frozen piles nothing up", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const { app, url } = await testApp(t, redis.url);
  await post(url, "increment");
  // Not part of the client's types, but what would grow.
  const queues = app.redis as unknown as Record<"commandQueue" | "offlineQueue", { length: number }>;
  const load = { running: true, sent: 0, longest: 0 };
  const client = async () => {
    while (load.running) {
      await post(url, "increment");
      load.sent += 1;
      load.longest = Math.max(load.longest, queues.commandQueue.length + queues.offlineQueue.length);
    }
  };
  redis.freeze();
  const clients = Promise.all(Array.from({ length: 100 }, client));
  await until("the first thousand failed", 10_000, () => load.sent > 1000);
  const heap = liveHeap();
  await until("many thousands failed", 20_000, () => load.sent > 8000);
  const growth = (liveHeap() - heap) / 1e6;
  load.running = false;
  await clients;
  t.comment(
    `${load.sent} requests, at most ${load.longest} commands waiting, heap grown by ${growth.toFixed(1)} MB`,
  );
  t.ok(load.longest <= 110, "no more commands wait than requests are open");
  t.ok(growth < 10, "the heap does not grow with the requests");
  redis.thaw();
  await until("recovered", RECOVERS_WITHIN, async () => (await post(url, "reset")).status === 200);
});
