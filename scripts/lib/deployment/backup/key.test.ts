// Against real Redis, asked with redis-cli as the deployment's are.

import t from "tap";
import { noRedis, testRedis } from "../../../../service/testing/redis.ts";
import { finderOf } from "../../testing/restore-scene.ts";
import { copyValue, countIn, versionOf } from "./key.ts";

t.test("a copy is the count, in Redis' own words, with what else there is", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const ask = await finderOf({ redis: [redis] })();
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
