import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { servingVersion, verify } from "../../deployment/front-door.ts";
import { until } from "../../run/wait.ts";
import { freePort, startNode, startRedis } from "../local.ts";
import { dockerfileOf, SERVERS, VERSION_NAMES, versionOf } from "./versions.ts";

t.test("a version has a name like any other, always the same, and none has another's", async (t) => {
  const names = VERSION_NAMES.flatMap((name) => [versionOf(name, "aaaa"), versionOf(name, "bbbb")]);
  for (const name of names) t.match(name, /^[0-9a-f]{12}$/);
  t.equal(new Set(names).size, names.length);
  t.equal(versionOf("other", "aaaa"), versionOf("other", "aaaa"));
});

t.test("what does the same has the server of what runs; the others have their own", async (t) => {
  t.equal(
    dockerfileOf("other", "localhost/app", "aaaa"),
    `FROM localhost/app:aaaa\nENV APP_VERSION=${versionOf("other", "aaaa")}\n`,
  );
  t.match(dockerfileOf("abrupt", "localhost/app", "aaaa"), /^COPY server\.mjs \.\/before\.mjs$/m);
  t.match(dockerfileOf("mute", "localhost/app", "aaaa"), /^COPY server\.mjs \.\/$/m);
});

t.test("the wrong version is healthy, says its version, does not count, and ends at a signal", async (t) => {
  const file = `${t.testdir({ "server.mjs": SERVERS.wrong })}/server.mjs`;
  const port = await freePort();
  const env = { ...process.env, PORT: String(port), APP_VERSION: "wrong", REPLICA: "app.1" };
  const server = spawn(process.execPath, [file], { env });
  t.teardown(() => server.kill("SIGKILL"));
  const url = `http://127.0.0.1:${port}`;
  const status = async (path: string) => (await fetch(`${url}${path}`)).status;
  await until({ what: "no server", deadline: 20 }, () => status("/startupz").catch(() => undefined));
  t.same(await Promise.all(["/readyz", "/livez", "/version"].map(status)), [200, 200, 200]);
  t.same(await Promise.all(["/api/counter", "/api/counter/increment"].map(status)), [500, 500]);
  t.equal(await servingVersion(url), "wrong");
  await t.rejects(verify(url, { version: "wrong", replicas: 1 }, 1), /\/api\/counter answered 500/);
  server.kill("SIGTERM");
  t.same(await once(server, "exit"), [0, null]);
});

t.test(
  "the abrupt version is the counter, slow to count, and leaves what it was asked when it ends",
  async (t) => {
    const redis = await startRedis();
    t.teardown(() => redis[Symbol.dispose]());
    const file = `${t.testdir({ "before.mjs": SERVERS.abrupt })}/before.mjs`;
    const env = { REDIS_URL: `redis://127.0.0.1:${redis.port}`, NODE_OPTIONS: `--import=${file}` };
    const replica = await startNode("service/server.ts", env);
    t.teardown(() => replica[Symbol.dispose]());
    const url = `http://127.0.0.1:${replica.port}`;
    await verify(url, { version: await servingVersion(url), replicas: 1 }, 20);
    const increment = () => fetch(`${url}/api/counter/increment`, { method: "POST" });
    const from = performance.now();
    t.same(await (await increment()).json(), { value: 1 });
    t.ok(performance.now() - from > 3900, "it takes longer than others are given to drain");
    const left = t.rejects(increment(), "it was under way");
    await sleep(500);
    process.kill(replica.pid, "SIGTERM");
    await left;
  },
);
