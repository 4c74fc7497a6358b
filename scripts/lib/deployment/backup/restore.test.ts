// Against real Redis, asked with redis-cli as the deployment's are, and the real service as the front door.

import t, { type Test } from "tap";
import { noRedis, testRedis, type TestRedis } from "../../../../service/testing/redis.ts";
import { startNode } from "../../measure/local.ts";
import { progress } from "../../run/progress.ts";
import { readSettings } from "../../run/settings.ts";
import type { Deployed } from "../orchestrator.ts";
import { EXTERNAL } from "../redis/external.ts";
import { type AskOne, counterRedis, oneOfEach } from "../redis/find.ts";
import { askOutside, askParts } from "../../testing/ask-parts.ts";
import type { Backup } from "./file.ts";
import { copyValue, countIn, stage, swap, versionOf } from "./key.ts";
import { finishCutOff, requireOneCount, restore } from "./restore.ts";

const real = readSettings({});
const settings = { ...real, deadlines: { ...real.deadlines, verify: 2, converge: 5 } };
const steps = () => progress("Restore", 3, { write: () => true, isTTY: false, columns: 80 });

const askOf = (redis: TestRedis): Promise<AskOne> => counterRedis(askParts({ redis: [redis] }), ["redis"]);

/** A backup of a Redis that has counted so far. */
async function backupOf(t: Test, count: number): Promise<Backup> {
  const redis = await testRedis(t);
  await redis.client.set("counter:value", count);
  const { dump } = (await copyValue(await askOf(redis)))!;
  const facts = { name: "counter", time: new Date().toISOString(), file: "x.dump", bytes: dump.length };
  const manifest = { ...facts, format: "counter-deploy backup 1" as const, sha256: "", count };
  return { manifest: { ...manifest, redis: "7.0.0", mode: "single", version: "1" }, dump };
}

/** A Redis that counts, behind the real service. */
async function serve(t: Test, count?: number) {
  const redis = await testRedis(t);
  if (count !== undefined) await redis.client.set("counter:value", count);
  const door = await startNode("service/server.ts", { REDIS_URL: redis.url, APP_VERSION: "1" });
  t.teardown(() => door[Symbol.dispose]());
  const deployed = { version: "1", replicas: 1, url: `http://127.0.0.1:${door.port}` } as Deployed;
  return { redis, ask: await askOf(redis), deployed, door };
}

t.test("a copy is the count, in Redis' own words, with what else there is", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const ask = await askOf(redis);
  t.equal(await copyValue(ask), undefined, "nobody has counted");
  t.equal(await countIn(ask), 0);
  await redis.client.set("counter:value", 2 ** 53 - 1);
  await redis.client.set("another", 1);
  const copy = (await copyValue(ask))!;
  t.match(copy, { count: 2 ** 53 - 1, others: 1 });
  t.same(copy.dump, await redis.client.dumpBuffer("counter:value"));
  t.match(await versionOf(ask), /^\d+\.\d+\.\d+$/);
  await redis.client.set("counter:value", "many");
  await t.rejects(copyValue(ask), { message: /is no count/ });
});

t.test("the one Redis with the count is asked: a master, and only one", { skip: noRedis }, async (t) => {
  const [one, two] = [await testRedis(t), await testRedis(t)];
  await one.client.set("counter:value", 7);
  const parts = { one: [one], two: [two] };
  await t.rejects(counterRedis(askParts(parts), ["one", "two"], 0), {
    message: "2 Redis answer, each with a count of its own: 7, 0",
    code: 3,
  });
  const waiting = counterRedis(askParts(parts), ["two", "one"]);
  await two.client.replicaof("127.0.0.1", new URL(one.url).port);
  const ask = await waiting;
  t.equal(await countIn(ask), 7);
  await one.kill();
  await t.rejects(ask("ping"), { message: "Redis does not answer" });
  await t.rejects(counterRedis(askParts(parts), ["one", "two"], 0), { message: "Redis does not answer" });
});

t.test(
  "of several that count each for itself, one is copied, and none restored",
  { skip: noRedis },
  async (t) => {
    const three = [await testRedis(t), await testRedis(t), await testRedis(t)];
    for (const [at, { client }] of three.entries()) await client.set("counter:value", 5 + at);
    const each = askParts({ redis: three });
    const second = await counterRedis(oneOfEach(each, 2, 3), ["redis"]);
    t.match(await copyValue(second), { count: 6 });
    await three[0]!.kill();
    await t.rejects(
      copyValue(second),
      { message: "Redis does not answer" },
      "who is the second is not known",
    );
    t.throws(() => requireOneCount("independent", "swarm"), {
      code: 3,
      message: "Redis independent has 3 counts, and a backup is of one",
      details: { hint: /^make deploy-swarm YES=1 REDIS=single FROM=1, restore there/ },
    });
    for (const mode of ["single", "sentinel", "cluster", EXTERNAL] as const) requireOneCount(mode, "swarm");
  },
);

t.test("a damaged copy, and one of a newer Redis, change nothing", { skip: noRedis }, async (t) => {
  const { redis, ask, deployed } = await serve(t, 5);
  const { manifest, dump } = await backupOf(t, 1000);
  const damaged = Buffer.from(dump).fill(dump[1]! ^ 1, 1, 2);
  // The version of the format stands before the checksum, which is eight bytes long.
  const newer = Buffer.from(dump).fill(0xff, dump.length - 10, dump.length - 9);
  for (const wrong of [damaged, newer, Buffer.from("x")])
    await t.rejects(restore(ask, settings, deployed, { manifest, dump: wrong }, steps()), { code: 3 });
  const lying = { manifest: { ...manifest, count: 1001 }, dump };
  await t.rejects(restore(ask, settings, deployed, lying, steps()), {
    code: 3,
    message: /its manifest says 1,001/,
  });
  t.equal(await redis.client.get("counter:value"), "5");
  t.equal(await redis.client.exists("{counter:value}:before"), 0);
});

t.test(
  "restored: the front door says so, counts on, and nothing is left beside",
  { skip: noRedis },
  async (t) => {
    for (const before of [5, undefined]) {
      const { redis, ask, deployed } = await serve(t, before);
      await restore(ask, settings, deployed, await backupOf(t, 1000), steps());
      const answer = await fetch(`${deployed.url}/api/counter/increment`, { method: "POST" });
      t.same(await answer.json(), { value: 1001 });
      t.same(await redis.client.keys("*"), ["counter:value"]);
      t.equal(await redis.client.pttl("counter:value"), -1, "it stays");
    }
  },
);

t.test("the front door does not answer: what was there is back, exit 4", { skip: noRedis }, async (t) => {
  for (const before of [5, undefined]) {
    const { redis, ask, deployed, door } = await serve(t, before);
    door[Symbol.dispose]();
    await t.rejects(restore(ask, settings, deployed, await backupOf(t, 1000), steps()), {
      code: 4,
      details: { serving: `a count of ${before ?? 0} (rolled back)` },
    });
    t.equal(await redis.client.get("counter:value"), before === undefined ? null : "5");
  }
});

t.test("a restore that was cut off is taken back by the next one", { skip: noRedis }, async (t) => {
  const { redis, ask } = await serve(t, 5);
  t.same(await finishCutOff(ask), {}, "none was");
  await stage(ask, (await backupOf(t, 1000)).dump);
  t.equal(await swap(ask), 1000);
  t.match(await finishCutOff(ask), { changed: true, note: /the count before it is back, 5/ });
  t.equal(await redis.client.get("counter:value"), "5");
  t.equal(await redis.client.pttl("counter:value"), -1, "it stays");
  await t.rejects(swap(ask), { message: /is gone/ });
});

t.test("an external Redis, asked with the service's own client", { skip: noRedis }, async (t) => {
  const { redis, deployed } = await serve(t);
  const ask = await counterRedis(askOutside(redis), [EXTERNAL]);
  t.equal(await copyValue(ask), undefined, "nobody has counted");
  t.equal(await countIn(ask), 0);
  await redis.client.set("counter:value", 1000);
  const { count, dump } = (await copyValue(ask))!;
  t.equal(count, 1000);
  t.same(dump, await redis.client.dumpBuffer("counter:value"));
  t.match(await versionOf(ask), /^\d+\.\d+\.\d+$/);
  await redis.client.set("counter:value", 5);
  const { manifest } = await backupOf(t, 1000);
  await restore(ask, settings, deployed, { manifest, dump }, steps());
  t.equal(await redis.client.get("counter:value"), "1000");
  await redis.kill();
  await t.rejects(counterRedis(askOutside(redis), [EXTERNAL], 0), { message: "Redis does not answer" });
});
