import t, { type Test } from "tap";
import { COUNTER_KEY } from "./counter.ts";
import { clusterSet } from "./testing/cluster.ts";
import { checkCount, checkWritesBack, startLoad } from "./testing/load.ts";
import { noRedis } from "./testing/redis.ts";
import { call, post, startService, type TestProcess } from "./testing/service.ts";
import { until } from "./testing/until.ts";

/** How soon after a master is lost writes must work, and after all is well again, in milliseconds. */
const FAILS_OVER_WITHIN = 5000;
const RECOVERS_WITHIN = 2000;
const STARTS_WITHIN = 10_000;

const isReady = async ({ url }: TestProcess) => (await call(url, "/readyz")).status === 200;

t.test("Redis Cluster", { skip: noRedis }, async (t) => {
  const set = await clusterSet(t);
  const owners = () => set.owners(COUNTER_KEY);
  const start = async (t: Test, REDIS_WAIT = "0") => {
    const service = await startService(t, { REDIS_URL: set.url, REDIS_WAIT });
    await until("ready", STARTS_WITHIN, () => isReady(service));
    return service;
  };

  await t.test("the master of the key is killed", async (t) => {
    const service = await start(t);
    const load = startLoad(t, service.url);
    await until("some are counted", 10_000, () => load.ok > 100);
    const { master } = await owners();
    await master.kill();
    await until("some failed", 5000, () => load.unknown > 20);
    t.equal(await isReady(service), false);
    await checkWritesBack(t, load, FAILS_OVER_WITHIN);
    await master.start();
    await set.settled();
    await load.stop();
    const found = await owners();
    t.not(found.master.port, master.port);
    checkCount(t, load, Number(await found.master.client.get(COUNTER_KEY)));
  });

  await t.test("a key that moved is followed, without an error or a double count", async (t) => {
    const service = await start(t);
    await post(service.url, "reset");
    const { replicas } = await owners();
    await replicas[0]!.client.call("CLUSTER", "FAILOVER");
    await until("it is the master", 10_000, async () => (await owners()).master === replicas[0]);
    await set.settled();
    // It is still connected to the former master, which answers MOVED.
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(service.url, "increment")));
    t.ok(
      answers.every(({ status }) => status === 200),
      "all are served",
    );
    const values = answers.map(({ body }) => body.value ?? 0).toSorted((a, b) => a - b);
    t.strictSame(
      values,
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });

  await t.test("a write waits for the replica that has the key", async (t) => {
    const service = await start(t, "1");
    const { master, replicas } = await owners();
    const { value = NaN } = (await post(service.url, "increment")).body;
    replicas[0]!.freeze();
    t.match(await post(service.url, "increment"), {
      status: 503,
      body: { error: "Redis wrote it, but no replica acknowledged it in time" },
    });
    t.equal(Number(await master.client.get(COUNTER_KEY)), value + 1);
    replicas[0]!.thaw();
    const works = async () => (await post(service.url, "increment")).status === 200;
    await until("the replica is back", RECOVERS_WITHIN, works);
    await set.settled();
  });

  await t.test("a slot that nobody has: not ready; with it, ready", async (t) => {
    const service = await start(t);
    const giveBack = await set.takeSlot("another:key");
    await until("not ready", 5000, async () => !(await isReady(service)));
    await until("it is told why", 2000, () =>
      service.log.some(({ reason }) => reason?.includes("CLUSTERDOWN")),
    );
    const { status, headers } = await post(service.url, "increment");
    t.strictSame([status, headers.get("retry-after")], [503, "1"]);
    await giveBack();
    await set.settled();
    await until("ready again", RECOVERS_WITHIN, () => isReady(service));
  });

  await t.test("all end and start again", async (t) => {
    const service = await start(t);
    const { value } = (await post(service.url, "increment")).body;
    await Promise.all(set.servers.map((server) => server.kill()));
    t.equal((await post(service.url, "increment")).status, 503);
    await Promise.all(set.servers.map((server) => server.start()));
    await set.settled();
    await until("ready again", RECOVERS_WITHIN, () => isReady(service));
    t.strictSame((await call(service.url, "/api/counter")).body, { value });
  });
});
