import { writeFile } from "node:fs/promises";
import t, { type Test } from "tap";
import { COUNTER_KEY } from "./counter.ts";
import { checkCount, checkWritesBack, startLoad } from "./testing/load.ts";
import { noRedis } from "./testing/redis.ts";
import type { Server } from "./testing/redis-server.ts";
import { NAME, PASSWORD, SENTINEL_PASSWORD, sentinelSet } from "./testing/sentinel.ts";
import { call, post, startService, type TestProcess } from "./testing/service.ts";
import { until } from "./testing/until.ts";

/** How soon after a master is lost writes must work, and after all is well again, in milliseconds. */
const FAILS_OVER_WITHIN = 5000;
const RECOVERS_WITHIN = 2000;
const STARTS_WITHIN = 10_000;

async function env(
  t: Test,
  url: string,
  { password = PASSWORD, sentinel = SENTINEL_PASSWORD, wait = "0" } = {},
) {
  const directory = t.testdir({});
  const files = {
    REDIS_PASSWORD_FILE: `${directory}/redis`,
    REDIS_SENTINEL_PASSWORD_FILE: `${directory}/sentinel`,
  };
  await writeFile(files.REDIS_PASSWORD_FILE, password);
  await writeFile(files.REDIS_SENTINEL_PASSWORD_FILE, sentinel);
  return { REDIS_URL: url, REDIS_WAIT: wait, LOG_LEVEL: "trace", ...files };
}

const isReady = async ({ url }: TestProcess) => (await call(url, "/readyz")).status === 200;
const has = async ({ client }: Server, line: string) => (await client.info("replication")).includes(line);
const said = ({ log }: TestProcess, part: string) => log.some(({ reason }) => reason?.includes(part));

t.test("Redis behind Sentinels", { skip: noRedis }, async (t) => {
  const set = await sentinelSet(t);
  const valueOn = async (server = set.master()) => Number(await (await server).client.get(COUNTER_KEY));
  const services: TestProcess[] = [];
  const start = async (t: Test, access = {}, url = set.url) => {
    const service = await startService(t, await env(t, url, access));
    services.push(service);
    return service;
  };

  await t.test("the master is killed, and a Sentinel with it", async (t) => {
    const service = await start(t);
    await until("ready", STARTS_WITHIN, () => isReady(service));
    await post(service.url, "reset");
    const load = startLoad(t, service.url);
    await until("some are counted", 10_000, () => load.ok > 100);

    const master = await set.master();
    const sentinel = set.sentinels[0]!;
    await Promise.all([master.kill(), sentinel.kill()]);
    await until("some failed", 5000, () => load.unknown > 20);
    t.equal(await isReady(service), false);
    const before = load.ok;
    await checkWritesBack(t, load, FAILS_OVER_WITHIN);
    await Promise.all([master.start(), sentinel.start()]);
    await until("some more are counted", 10_000, () => load.ok > before + 300);
    await load.stop();
    checkCount(t, load, await valueOn());
    t.ok(service.log.length < 12, `${service.log.length} lines, not one per failed request`);
    await set.demote(master);
  });

  await t.test("the master freezes, is replaced, and thaws", async (t) => {
    const service = await start(t);
    const idle = await start(t);
    await until("ready", STARTS_WITHIN, async () => (await isReady(service)) && (await isReady(idle)));
    const master = await set.master();
    await until("two replicas", 10_000, () => has(master, "min_slaves_good_slaves:2"));
    await post(service.url, "reset");
    const load = startLoad(t, service.url);
    await until("some are counted", 10_000, () => load.ok > 100);

    master.freeze();
    const before = load.ok;
    await checkWritesBack(t, load, FAILS_OVER_WITHIN);
    master.thaw();
    // It is still connected to the former master, and must not be told that this counted it.
    const { status, body } = await post(idle.url, "increment");
    t.comment(`the idle one: ${status} ${JSON.stringify(body)}`);
    if (status === 200) load.ok += 1;
    else load.unknown += 1;
    const after = load.ok;
    const seen: [role: string, value: number][] = [];
    await until("many are counted", 10_000, async () => {
      const answers = await master.client.multi().role().get(COUNTER_KEY).exec();
      const [[, role], [, value]] = answers as [[null, string[]], [null, string]];
      seen.push([role[0] ?? "", Number(value)]);
      return load.ok > after + 500;
    });
    await load.stop();
    checkCount(t, load, await valueOn());
    const works = async () => (await post(idle.url, "increment")).status === 200;
    await until("the idle one has found the new master", RECOVERS_WITHIN, works);
    t.ok(
      seen.every(([role]) => role === "master"),
      "it believes that it is the master",
    );
    t.ok(
      seen.every(([, value]) => value <= before + 2 * load.clients),
      "and takes no more than was on its way to it, or its answer",
    );
    await set.demote(master);
  });

  await t.test("without enough replicas it is not ready, with them it is", async (t) => {
    const service = await start(t);
    await until("ready", STARTS_WITHIN, () => isReady(service));
    const master = await set.master();
    const replicas = set.redis.filter((server) => server !== master);
    await Promise.all(replicas.map((replica) => replica.kill()));
    await until("not ready", 5000, async () => !(await isReady(service)));
    await until("it is told why", 2000, () => said(service, "NOREPLICAS"));
    t.equal((await post(service.url, "increment")).status, 503);
    await replicas[0]!.start();
    await until("the replica follows", 5000, () => has(master, "min_slaves_good_slaves:1"));
    await until("ready again", RECOVERS_WITHIN, () => isReady(service));
    await replicas[1]!.start();
  });

  await t.test("a write waits for a replica: one is enough, and without any it is a 503", async (t) => {
    const service = await start(t, { wait: "1" });
    await until("ready", STARTS_WITHIN, () => isReady(service));
    const master = await set.master();
    await until("two replicas", 10_000, () => has(master, "min_slaves_good_slaves:2"));
    const [one, other] = set.redis.filter((server) => server !== master);
    /** How many of some writes are acknowledged. */
    const acknowledged = async (count: number) => {
      let found = 0;
      for (let at = 0; at < count; at += 1)
        if ((await post(service.url, "increment")).status === 200) found += 1;
      return found;
    };
    one!.freeze();
    const most = await acknowledged(20);
    t.ok(most > 15, `${most} of 20: a disk may be too slow for one, and not for all`);
    other!.freeze();
    t.equal(await acknowledged(5), 0);
    one!.thaw();
    await until("the replica follows", 5000, () => has(master, "min_slaves_good_slaves:1"));
    const works = async () => (await post(service.url, "increment")).status === 200;
    await until("one is enough again", RECOVERS_WITHIN, works);
    other!.thaw();
    await until("two replicas", 10_000, () => has(master, "min_slaves_good_slaves:2"));
  });

  await t.test("the master is killed while writes wait for a replica", async (t) => {
    const service = await start(t, { wait: "1" });
    await until("ready", STARTS_WITHIN, () => isReady(service));
    await post(service.url, "reset");
    const load = startLoad(t, service.url);
    await until("some are counted", 10_000, () => load.ok > 100);
    const master = await set.master();
    await master.kill();
    await until("some failed", 5000, () => load.unknown > 20);
    await checkWritesBack(t, load, FAILS_OVER_WITHIN);
    await load.stop();
    checkCount(t, load, await valueOn());
    await master.start();
    await set.demote(master);
  });

  await t.test("everything ends and starts again", async (t) => {
    const service = await start(t);
    await until("ready", STARTS_WITHIN, () => isReady(service));
    const { value } = (await post(service.url, "increment")).body;
    const all = [...set.redis, ...set.sentinels];
    await Promise.all(all.map((server) => server.kill()));
    t.equal((await post(service.url, "increment")).status, 503);
    await Promise.all(all.map((server) => server.start()));
    await until("the replicas follow", 10_000, async () =>
      has(await set.master(), "min_slaves_good_slaves:2"),
    );
    await until("ready again", RECOVERS_WITHIN, () => isReady(service));
    t.strictSame((await call(service.url, "/api/counter")).body, { value });
  });

  await t.test("what is wrong with the configuration is told, and it is not ready", async (t) => {
    const wrong = [
      { name: "another master", url: set.url.replace(NAME, "other"), told: "knows no master of the name" },
      { name: "password of Redis", access: { password: "wr0ng" }, told: "WRONGPASS" },
      { name: "password of the Sentinels", access: { sentinel: "wr0ng" }, told: "WRONGPASS" },
    ];
    for (const { name, url, access, told } of wrong) {
      const service = await start(t, access, url);
      await until(`told of ${name}`, 2000, () => said(service, told));
      t.equal(await isReady(service), false, name);
      t.comment(service.log.map(({ reason }) => reason).join());
    }
  });

  const output = JSON.stringify(services.map((service) => service.output()));
  for (const word of [PASSWORD, SENTINEL_PASSWORD, "wr0ng"])
    t.notOk(output.includes(word), "no password is told");
});
