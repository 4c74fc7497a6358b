// Against real Redis, asked with redis-cli as the deployment's are.

import t from "tap";
import { clusterSet } from "../../../../service/testing/cluster.ts";
import { noRedis, testRedis } from "../../../../service/testing/redis.ts";
import { askParts } from "../../testing/ask-parts.ts";
import { counterRedis, oneOfEach, partsThatFollow, partWithCount } from "./find.ts";

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
  t.equal(await ask("get", "counter:value"), "7");
  await one.kill();
  await t.rejects(ask("ping"), { message: "Redis does not answer" });
  await t.rejects(counterRedis(askParts(parts), ["one", "two"], 0), { message: "Redis does not answer" });
});

t.test("of several in a part one is asked, while all answer", { skip: noRedis }, async (t) => {
  const three = [await testRedis(t), await testRedis(t), await testRedis(t)];
  for (const [at, { client }] of three.entries()) await client.set("counter:value", 5 + at);
  const second = await counterRedis(oneOfEach(askParts({ redis: three }), 2, 3), ["redis"]);
  t.equal(await second("get", "counter:value"), "6");
  await three[0]!.kill();
  await t.rejects(second("ping"), { message: "Redis does not answer" }, "who is the second is not known");
});

t.test("those that follow it, of a cluster those of its master", { skip: noRedis }, async (t) => {
  const set = await clusterSet(t);
  const parts = Object.fromEntries(
    set.servers.map(({ port }) => [String(port), [{ url: `redis://127.0.0.1:${port}` }]]),
  );
  const names = Object.keys(parts);
  const { master, replicas } = await set.owners("counter:value");
  await master.client.set("counter:value", 7);
  await master.client.wait(1, 5000);
  t.equal(await partWithCount(askParts(parts), names), String(master.port));
  t.same(
    await partsThatFollow(askParts(parts), names),
    replicas.map(({ port }) => String(port)),
  );
});
