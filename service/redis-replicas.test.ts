import { setTimeout as sleep } from "node:timers/promises";
import t, { type Test } from "tap";
import { COUNTER_KEY } from "./counter.ts";
import { noRedis, testRedis, type TestRedis } from "./testing/redis.ts";
import { call, post, startService, testApp } from "./testing/service.ts";
import { timed, until } from "./testing/until.ts";

/** How soon a request is answered while a replica hangs, and works after it goes on, in milliseconds. */
const FAILS_WITHIN = 600;
const RECOVERS_WITHIN = 2000;
const ERROR = "Redis wrote it, but no replica acknowledged it in time";

/** A master, and a replica that follows it. */
async function pair(t: Test): Promise<{ master: TestRedis; replica: TestRedis }> {
  const master = await testRedis(t, { settings: "repl-diskless-sync-delay 0" });
  const { hostname, port } = new URL(master.url);
  const replica = await testRedis(t, { settings: `replicaof ${hostname} ${port}` });
  await until("the replica follows", 10_000, async () => {
    await master.client.set("another:key", 1);
    return (await master.client.wait(1, 100)) === 1;
  });
  await master.client.config("RESETSTAT");
  return { master, replica };
}

const valueOn = async ({ client }: TestRedis) => Number(await client.get(COUNTER_KEY));

t.test("each write is answered when a replica has it", { skip: noRedis }, async (t) => {
  const { master, replica } = await pair(t);
  const { url } = await startService(t, { REDIS_URL: master.url, REDIS_WAIT: "1" });
  const counted = await Promise.all(Array.from({ length: 50 }, () => post(url, "increment")));
  t.strictSame(
    counted.filter(({ status }) => status !== 200).map(({ body }) => body),
    [],
  );
  t.equal(await valueOn(replica), 50, "the replica has it at once");
  for (const [verb, value] of [
    ["decrement", 49],
    ["reset", 0],
    ["increment", 1],
  ] as const) {
    t.strictSame((await post(url, verb)).body, { value });
    t.equal(await valueOn(replica), value);
  }
  await master.client.script("FLUSH");
  t.strictSame((await post(url, "increment")).body, { value: 2 }, "also where it has to be sent anew");
  t.equal(await valueOn(replica), 2);
  t.match(await master.client.info("commandstats"), /cmdstat_wait:calls=/);
});

t.test("without the setting none is waited for", { skip: noRedis }, async (t) => {
  const { master, replica } = await pair(t);
  const { url } = await testApp(t, master.url);
  replica.freeze();
  for (const value of [1, 2, 3]) t.strictSame((await post(url, "increment")).body, { value });
  t.notMatch(await master.client.info("commandstats"), /cmdstat_wait/);
});

t.test("a replica hangs under load: 503 in time, and each counted once", { skip: noRedis }, async (t) => {
  const { master, replica } = await pair(t);
  const service = await startService(t, { REDIS_URL: master.url, REDIS_WAIT: "1" });
  t.strictSame((await post(service.url, "increment")).body, { value: 1 });
  const counts = { ok: 1, unacknowledged: 0, slowest: 0, noise: 0 };
  const client = async (end: number) => {
    while (performance.now() < end) {
      const [{ status, body, headers }, ms] = await timed(() => post(service.url, "increment"));
      if (status === 200) counts.ok += 1;
      else counts.unacknowledged += 1;
      if (status !== 200)
        t.strictSame([status, body, headers.get("retry-after")], [503, { error: ERROR }, "1"]);
      counts.slowest = Math.max(counts.slowest, ms);
    }
  };
  /** Reads go on: slower, since they stand behind what waits. */
  const reader = async (end: number) => {
    while (performance.now() < end) {
      const [{ status }, ms] = await timed(() => call(service.url, "/api/counter"));
      if (status !== 200) t.equal(status, 200);
      counts.slowest = Math.max(counts.slowest, ms);
      await sleep(20);
    }
  };
  /** How slow the machine is. */
  const bystander = async (end: number) => {
    while (performance.now() < end) {
      const [, ms] = await timed(() => call(service.url, "/livez"));
      counts.noise = Math.max(counts.noise, ms);
      await sleep(20);
    }
  };
  replica.freeze();
  const end = performance.now() + 3000;
  const clients = Array.from({ length: 10 }, () => client(end));
  await Promise.all([...clients, reader(end), bystander(end)]);
  t.comment(JSON.stringify(counts));
  t.equal(counts.ok, 1, "none is acknowledged");
  t.ok(counts.unacknowledged > 30, `${counts.unacknowledged} answers`);
  t.ok(counts.slowest < FAILS_WITHIN + counts.noise, `slowest answer after ${counts.slowest.toFixed()} ms`);
  t.equal(await valueOn(master), counts.ok + counts.unacknowledged, "each is written once, as it is said");

  replica.thaw();
  const answers = async () => (await post(service.url, "reset")).status === 200;
  await until("recovered", RECOVERS_WITHIN, answers);
  t.strictSame((await post(service.url, "increment")).body, { value: 1 });
  t.equal(await valueOn(replica), 1);
  const said = service.log
    .map(({ msg }) => msg)
    .filter((msg) => msg.includes("redis") || msg.includes("replica"));
  t.strictSame(
    said,
    ["redis connected", "write not acknowledged by replicas"],
    "told once, and the connection stays",
  );
});

t.test("without a replica, or as many as are wanted, it is a 503", { skip: noRedis }, async (t) => {
  const alone = await testRedis(t);
  const { url } = await testApp(t, alone.url, { REDIS_WAIT: "1" });
  const [{ status, body }, ms] = await timed(() => post(url, "increment"));
  t.strictSame([status, body], [503, { error: ERROR }]);
  t.ok(ms < FAILS_WITHIN, `after ${ms.toFixed()} ms`);
  t.equal(await valueOn(alone), 1, "and it counted");

  const { master } = await pair(t);
  const two = await testApp(t, master.url, { REDIS_WAIT: "2" });
  t.match((await post(two.url, "increment")).body, { error: /fewer than 2 replicas acknowledged/ });
});

t.test("a user who may not WAIT: a 503, and the log says why", { skip: noRedis }, async (t) => {
  const { master } = await pair(t);
  await master.client.acl("SETUSER", "app", "on", ">pw", "~*", "+@all", "-wait");
  const service = await startService(t, {
    REDIS_URL: master.url.replace("//", "//app:pw@"),
    REDIS_WAIT: "1",
  });
  t.strictSame((await post(service.url, "increment")).body, { error: ERROR });
  await until("it is told why", 1000, () => service.log.some(({ reason }) => reason?.includes("NOPERM")));
});

t.test("a connection that is cut tells nothing of what another wrote", { skip: noRedis }, async (t) => {
  const { master, replica } = await pair(t);
  const { url } = await testApp(t, master.url, { REDIS_WAIT: "1" });
  t.strictSame((await post(url, "increment")).body, { value: 1 });
  replica.freeze();
  // Each WAIT is under way when its connection is cut; the next connection has written nothing.
  const cut = setInterval(
    () => void master.client.call("CLIENT", "KILL", "TYPE", "normal").catch(() => {}),
    70,
  );
  t.teardown(() => clearInterval(cut));
  const end = performance.now() + 1500;
  const client = async () => {
    while (performance.now() < end) {
      const { status } = await post(url, "increment");
      if (status !== 503) t.equal(status, 503);
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
  clearInterval(cut);
  replica.thaw();
  await until("recovered", RECOVERS_WITHIN, async () => (await post(url, "increment")).status === 200);
});
