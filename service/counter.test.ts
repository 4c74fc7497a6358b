import t from "tap";
import { COUNTER_KEY } from "./counter.ts";
import { noRedis, testRedis } from "./testing/redis.ts";
import { call, post, testApp } from "./testing/service.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;

/** The body of a 200, or another status. */
async function valueOf(answer: Promise<{ status: number; body: object }>) {
  const { status, body } = await answer;
  return status === 200 ? body : status;
}

t.test("four routes answer the value", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const { url } = await testApp(t, redis.url);
  t.strictSame(await valueOf(call(url, "/api/counter")), { value: 0 }, "a missing key is zero");
  t.equal(await redis.client.exists(COUNTER_KEY), 0, "and reading does not make it");
  t.strictSame(await valueOf(post(url, "increment")), { value: 1 });
  t.strictSame(await valueOf(post(url, "increment")), { value: 2 });
  t.strictSame(await valueOf(post(url, "decrement")), { value: 1 });
  t.strictSame(await valueOf(call(url, "/api/counter")), { value: 1 });
  t.equal(await redis.client.get("counter:value"), "1");
  t.strictSame(await valueOf(post(url, "reset")), { value: 0 });
  t.strictSame(await valueOf(post(url, "decrement")), { value: 0 }, "never below zero");
});

t.test("2,000 parallel decrements from 500 stop at zero", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const { url } = await testApp(t, redis.url);
  await redis.client.set(COUNTER_KEY, 500);
  const answers = await Promise.all(Array.from({ length: 2000 }, () => post(url, "decrement")));
  const values = answers.map(({ body }) => body.value ?? NaN);
  t.ok(
    answers.every(({ status }) => status === 200),
    "each is answered 200",
  );
  t.equal(Math.min(...values), 0);
  t.strictSame(
    values.filter((value) => value > 0).toSorted((a, b) => b - a),
    Array.from({ length: 499 }, (_, i) => 499 - i),
    "each value from 499 to 1 was answered once",
  );
  t.equal(await redis.client.get(COUNTER_KEY), "0");
});

t.test("the largest value is 2^53 - 1", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const { url } = await testApp(t, redis.url);
  await redis.client.set(COUNTER_KEY, LARGEST - 1);
  t.strictSame((await post(url, "increment")).body, { value: LARGEST });
  const { status, body } = await post(url, "increment");
  t.equal(status, 409);
  t.match(body, { error: /largest/ });
  t.strictSame((await call(url, "/api/counter")).body, { value: LARGEST }, "and stays");
  t.strictSame((await post(url, "decrement")).body, { value: LARGEST - 1 });
});

t.test("a key without a count is an error, and reset heals it", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const { url } = await testApp(t, redis.url);
  const wrong = [
    "text",
    "",
    "1.5",
    "1e3",
    " 1",
    "007",
    "-1",
    "9007199254740992",
    "9007199254740993",
    "99999999999999999999",
  ];
  const plants: [string, () => Promise<unknown>][] = [
    ...wrong.map((text): (typeof plants)[0] => [`"${text}"`, () => redis.client.set(COUNTER_KEY, text)]),
    ["a list", () => redis.client.rpush(COUNTER_KEY, 1)],
    ["a hash", () => redis.client.hset(COUNTER_KEY, "value", 1)],
  ];
  for (const [name, plant] of plants) {
    await redis.client.del(COUNTER_KEY);
    await plant();
    const answers = [
      await call(url, "/api/counter"),
      await post(url, "increment"),
      await post(url, "decrement"),
    ];
    for (const { status, body } of answers) {
      t.equal(status, 500, name);
      t.match(body, { error: /counter:value does not hold a count/ });
    }
    t.strictSame((await post(url, "reset")).body, { value: 0 });
    t.strictSame((await post(url, "increment")).body, { value: 1 });
  }
});

t.test("a write that Redis refuses is a 503 that names the reason", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const { url } = await testApp(t, redis.url);
  await redis.client.config("SET", "maxmemory", 1);
  const { status, body } = await post(url, "reset");
  t.equal(status, 503);
  t.strictSame(body, { error: "Redis refused the command (OOM)" });
  t.equal((await call(url, "/api/counter")).status, 200, "reading still works");
});
