// Restores that fail when the copy is in place, against real Redis and with the real service as the front door.

import t, { type Test } from "tap";
import { freePort, noRedis, testRedis } from "../../../../service/testing/redis.ts";
import { until } from "../../../../service/testing/until.ts";
import { backupOf, finderOf, PUT, serve, settings, steps, VERIFY } from "../../testing/restore-scene.ts";
import { restore } from "./restore.ts";

t.test(
  "the front door does not answer: what was there is back, with what was counted since, exit 4",
  { skip: noRedis },
  async (t) => {
    for (const [start, since, count] of [
      [5, 0, 5],
      [undefined, 0, 0],
      [5, 3, 8],
      [undefined, 3, 3],
      [5, -1000, 0],
    ] as const) {
      const { redis, find, deployed, door } = await serve(t, start);
      door[Symbol.dispose]();
      const counting = steps({ [VERIFY]: () => redis.client.incrby("counter:value", since) });
      const more = since === 0 ? "" : `, ${count - (start ?? 0)} of it counted since`;
      await t.rejects(restore(find, settings, deployed, await backupOf(t, 1000), counting), {
        code: 4,
        details: { serving: `a count of ${count}${more} (rolled back)` },
      });
      const there = start === undefined && since === 0 ? null : String(count);
      t.equal(await redis.client.get("counter:value"), there);
      t.same(await redis.client.keys("{counter:value}:*"), []);
    }
  },
);

/** A master that has counted to 5, and its replica, which is behind the front door. */
async function pair(t: Test) {
  const one = await testRedis(t, { settings: "repl-diskless-sync-delay 0" });
  const { redis: two, deployed, door } = await serve(t);
  await one.client.set("counter:value", 5);
  const follow = (url: string) => two.client.replicaof("127.0.0.1", new URL(url).port);
  await follow(one.url);
  await until("it follows", 10_000, async () => (await two.client.get("counter:value")) === "5");
  const failOver = async () => {
    await one.kill();
    await two.client.replicaof("NO", "ONE");
  };
  return { one, two, deployed, door, find: finderOf({ one: [one], two: [two] }), follow, failOver };
}

t.test(
  "a failover that has lost what was put in place is no restore: exit 4",
  { skip: noRedis },
  async (t) => {
    const { two, deployed, find, follow, failOver } = await pair(t);
    const nobody = `redis://127.0.0.1:${await freePort()}`;
    const losing = steps({ [PUT]: () => follow(nobody), [VERIFY]: failOver });
    await t.rejects(restore(find, settings, deployed, await backupOf(t, 1000), losing), {
      code: 4,
      message: /what was put in place is gone.* says 5$/,
      details: { serving: "a count of 5 (rolled back)" },
    });
    t.equal(await two.client.get("counter:value"), "5");
  },
);

t.test("it is put back where the count is then", { skip: noRedis }, async (t) => {
  const { one, two, deployed, door, find, failOver } = await pair(t);
  door[Symbol.dispose]();
  const moving = steps({ [VERIFY]: () => one.client.wait(1, 1000).then(failOver) });
  await t.rejects(restore(find, settings, deployed, await backupOf(t, 1000), moving), {
    code: 4,
    details: { serving: "a count of 5 (rolled back)" },
  });
  t.equal(await two.client.get("counter:value"), "5");
});

t.test("Redis stays away: why it was taken back, and why that failed", { skip: noRedis }, async (t) => {
  const { redis, find, deployed, door } = await serve(t, 5);
  door[Symbol.dispose]();
  const failing = steps({ [VERIFY]: () => redis.kill() });
  await t.rejects(restore(find, settings, deployed, await backupOf(t, 1000), failing), {
    code: 1,
    message: /^the front door does not serve the version/,
    details: { lines: [/^and going back failed: it is not put back after 5s \(Redis does not answer\)/] },
  });
  await redis.start();
  await t.rejects(restore(find, settings, deployed, await backupOf(t, 2000), steps()), { code: 4 });
  t.equal(await redis.client.get("counter:value"), "5", "the next one puts it back first");
});
