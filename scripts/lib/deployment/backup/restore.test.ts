// Against real Redis, asked with redis-cli as the deployment's are, and the real service as the front door.

import t from "tap";
import { noRedis } from "../../../../service/testing/redis.ts";
import { askOutside } from "../../testing/ask-parts.ts";
import { backupOf, serve, settings, steps } from "../../testing/restore-scene.ts";
import { EXTERNAL } from "../redis/external.ts";
import { counterRedis } from "../redis/find.ts";
import { copyValue, countIn, stage, swap, versionOf } from "./key.ts";
import { finishCutOff, requireOneCount, restore } from "./restore.ts";

t.test("none is restored where each Redis counts for itself", async (t) => {
  t.throws(() => requireOneCount("independent", "swarm"), {
    code: 3,
    message: "Redis independent has 3 counts, and a backup is of one",
    details: { hint: /^make deploy-swarm YES=1 REDIS=single FROM=1, restore there/ },
  });
  for (const mode of ["single", "sentinel", "cluster", EXTERNAL] as const) requireOneCount(mode, "swarm");
});

t.test("a damaged copy, and one of a newer Redis, change nothing", { skip: noRedis }, async (t) => {
  const { redis, find, deployed } = await serve(t, 5);
  const { manifest, dump } = await backupOf(t, 1000);
  const damaged = Buffer.from(dump).fill(dump[1]! ^ 1, 1, 2);
  // The version of the format stands before the checksum, which is eight bytes long.
  const newer = Buffer.from(dump).fill(0xff, dump.length - 10, dump.length - 9);
  for (const wrong of [damaged, newer, Buffer.from("x")])
    await t.rejects(restore(find, settings, deployed, { manifest, dump: wrong }, steps()), { code: 3 });
  const lying = { manifest: { ...manifest, count: 1001 }, dump };
  await t.rejects(restore(find, settings, deployed, lying, steps()), {
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
    for (const start of [5, undefined]) {
      const { redis, find, deployed } = await serve(t, start);
      await restore(find, settings, deployed, await backupOf(t, 1000), steps());
      const answer = await fetch(`${deployed.url}/api/counter/increment`, { method: "POST" });
      t.same(await answer.json(), { value: 1001 });
      t.same(await redis.client.keys("*"), ["counter:value"]);
      t.equal(await redis.client.pttl("counter:value"), -1, "it stays");
    }
  },
);

t.test("a restore that was cut off is taken back by the next one", { skip: noRedis }, async (t) => {
  const { redis, ask, find, deployed } = await serve(t, 5);
  t.same(await finishCutOff(ask), {}, "none was");
  await stage(ask, (await backupOf(t, 1000)).dump);
  t.equal(await swap(ask), 1000);
  const { manifest, dump } = await backupOf(t, 2000);
  const damaged = { manifest, dump: dump.subarray(1) };
  await t.rejects(restore(find, settings, deployed, damaged, steps()), { code: 3 });
  t.equal(await redis.client.get("counter:value"), "1000", "what is refused changes nothing");
  await redis.client.incr("counter:value");
  t.match(await finishCutOff(ask), {
    changed: true,
    note: "one was cut off: the count before it is back, 6, 1 of it counted since",
  });
  t.equal(await redis.client.get("counter:value"), "6");
  t.equal(await redis.client.pttl("counter:value"), -1, "it stays");
  await t.rejects(swap(ask), { message: /is gone/ });
  await restore(find, settings, deployed, { manifest, dump }, steps());
  t.same(await redis.client.keys("*"), ["counter:value"]);
  t.equal(await redis.client.get("counter:value"), "2000");
});

t.test("an external Redis, asked with the service's own client", { skip: noRedis }, async (t) => {
  const { redis, deployed } = await serve(t);
  const find = () => counterRedis(askOutside(redis), [EXTERNAL]);
  const ask = await find();
  t.equal(await copyValue(ask), undefined, "nobody has counted");
  t.equal(await countIn(ask), 0);
  await redis.client.set("counter:value", 1000);
  const { count, dump } = (await copyValue(ask))!;
  t.equal(count, 1000);
  t.same(dump, await redis.client.dumpBuffer("counter:value"));
  t.match(await versionOf(ask), /^\d+\.\d+\.\d+$/);
  await redis.client.set("counter:value", 5);
  const { manifest } = await backupOf(t, 1000);
  await restore(find, settings, deployed, { manifest, dump }, steps());
  t.equal(await redis.client.get("counter:value"), "1000");
  await redis.kill();
  await t.rejects(find(), { message: "Redis does not answer" });
});
