// The verb as users run it, against the real service: one Redis for all replicas, and one for each.

import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import t, { type Test } from "tap";
import { noRedis, testRedis, type TestRedis } from "../service/testing/redis.ts";
import type { Result } from "./lib/measure/consistency/result.ts";
import { startNode } from "./lib/measure/local.ts";
import { testHost } from "./lib/testing/host.ts";

const REPLICAS = 3;
const host = await testHost({ enter: [] });
t.teardown(() => host.remove());

/** A front door that gives each connection to the next replica, each of which has one of these Redis. */
async function frontDoor(t: Test, redis: TestRedis[]): Promise<string> {
  const replicas = await Promise.all(
    redis.map(({ url }, index) =>
      startNode("service/server.ts", { REDIS_URL: url, REPLICA: `replica.${index + 1}` }),
    ),
  );
  let turn = 0;
  const door = createServer((client) => {
    const replica = connect(replicas[turn++ % replicas.length]!.port, "127.0.0.1");
    for (const [from, to] of [
      [client, replica],
      [replica, client],
    ] as const)
      from.on("error", () => to.destroy()).pipe(to);
  }).listen(0, "127.0.0.1");
  await once(door, "listening");
  t.teardown(() => {
    door.close();
    for (const one of replicas) one[Symbol.dispose]();
  });
  return `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
}

const ask = (BASE_URL: string) =>
  host.run("consistency", { BASE_URL, INCREMENTS: "90", RATE: "60", JSON: "1" });

t.test("one Redis for all replicas is one count", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const run = await ask(
    await frontDoor(
      t,
      Array.from({ length: REPLICAS }, () => redis),
    ),
  );
  t.match(run, { exitCode: 0 }, run.stderr);
  const result = JSON.parse(run.stdout) as Result;
  t.match(result, { passed: true, values: [90], ledger: { acknowledged: 90, right: true }, reads: 90 });
  t.equal(new Set(result.seen.reads.map(({ replica }) => replica)).size, REPLICAS, "all were asked");
});

t.test("MODES that are not known, or of a front door elsewhere, are usage errors", async (t) => {
  const refused = async (variables: Record<string, string>, stderr: RegExp) =>
    t.match(await host.run("consistency", variables), { exitCode: 2, stderr }, JSON.stringify(variables));
  await refused({ MODES: "single dynomite" }, /MODES is "single dynomite", not one of single, independent/);
  await refused({ MODES: "external" }, /MODES is "external", not one of/);
  await refused({ MODES: "single", BASE_URL: "http://127.0.0.1:9" }, /BASE_URL names a front door elsewhere/);
});

t.test(
  "a Redis for each replica is as many counts: the run fails, and says so",
  { skip: noRedis },
  async (t) => {
    const url = await frontDoor(t, [await testRedis(t), await testRedis(t), await testRedis(t)]);
    // So that the counts differ although the door is fair.
    await fetch(`${url}/api/counter/increment`, { method: "POST", headers: { connection: "close" } });
    const run = await ask(url);
    t.match(run, { exitCode: 1, stderr: /error: the check broke one count for all/ }, run.stderr);
    const result = JSON.parse(run.stdout) as Result;
    t.match(result, {
      passed: false,
      consistent: false,
      headline: /is inconsistent: 90 increments acknowledged/,
    });
    t.ok(result.values.length > 1, result.values.join(", "));
    t.ok(result.ledger.repeated > 0, "and counts were given twice");
  },
);
