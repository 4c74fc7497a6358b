import { readFileSync } from "node:fs";
import t, { type Test } from "tap";
import { authority, noOpenssl } from "./testing/certificates.ts";
import { freePort, noRedis, testRedis } from "./testing/redis.ts";
import { redisServer } from "./testing/redis-server.ts";
import { call, post, testApp } from "./testing/service.ts";
import { until } from "./testing/until.ts";

const skip = noRedis || noOpenssl;
const STARTS_WITHIN = 10_000;

/** Why the app has no Redis, as it comes. */
async function start(t: Test, { REDIS_URL, ...files }: Files) {
  const { app, url } = await testApp(t, REDIS_URL, files);
  const reasons: string[] = [];
  app.redis.on("error", ({ message }: Error) => reasons.push(message));
  return { url, reasons };
}

type Files = { REDIS_URL: string } & Record<string, string>;

async function works(t: Test, files: Files) {
  const { url } = await start(t, files);
  await until("ready", STARTS_WITHIN, async () => (await call(url, "/readyz")).status === 200);
  t.equal((await post(url, "increment")).status, 200);
}

async function isRefused(t: Test, files: Files, told: RegExp) {
  const { url, reasons } = await start(t, files);
  await until(`told ${told}`, STARTS_WITHIN, () => reasons.some((reason) => told.test(reason)));
  t.equal((await call(url, "/readyz")).status, 503);
  t.equal((await post(url, "increment")).status, 503);
}

t.test("Redis with TLS", { skip }, async (t) => {
  const directory = t.testdir({});
  const [right, wrong] = await Promise.all([authority(directory, "right"), authority(directory, "wrong")]);
  const [server, client, stranger] = await Promise.all([
    right.issue("server"),
    right.issue("client"),
    wrong.issue("stranger"),
  ]);
  const tls = { ca: readFileSync(right.ca), cert: readFileSync(client.cert), key: readFileSync(client.key) };
  const own = (port: number) => [
    "port 0",
    `tls-port ${port}`,
    `tls-ca-cert-file ${right.ca}`,
    `tls-cert-file ${server.cert}`,
    `tls-key-file ${server.key}`,
  ];
  const startServer = async (lines: string[], sentinel = false) => {
    const port = await freePort();
    return redisServer(t, { port, lines: [...own(port), ...lines], sentinel, access: { tls, protocol: 2 } });
  };
  const { port } = await startServer(["tls-auth-clients no"]);

  await t.test("the right CA works, another, or none, does not", async (t) => {
    const REDIS_URL = `rediss://127.0.0.1:${port}`;
    await works(t, { REDIS_URL, REDIS_CA_FILE: right.ca });
    await isRefused(t, { REDIS_URL, REDIS_CA_FILE: wrong.ca }, /certificate/);
    await isRefused(t, { REDIS_URL }, /certificate/);
    await isRefused(t, { REDIS_URL: `rediss://localhost:${port}`, REDIS_CA_FILE: right.ca }, /altnames/);
    await isRefused(
      t,
      { REDIS_URL: `rediss+cluster://127.0.0.1:${port}`, REDIS_CA_FILE: wrong.ca },
      /certificate/,
    );
  });

  await t.test("a plain port spoken to with TLS, and the other way round", async (t) => {
    const plain = await testRedis(t);
    const REDIS_URL = plain.url.replace("redis:", "rediss:");
    await isRefused(t, { REDIS_URL, REDIS_CA_FILE: right.ca }, /./);
    await isRefused(t, { REDIS_URL: `redis://127.0.0.1:${port}` }, /./);
  });

  await t.test("a client certificate that is asked for, in a cluster", async (t) => {
    const node = await startServer([
      "cluster-enabled yes",
      "tls-cluster yes",
      `cluster-port ${await freePort()}`,
    ]);
    await node.client.call("CLUSTER", "ADDSLOTSRANGE", 0, 16_383);
    await until("it serves", 5000, async () =>
      (await node.client.cluster("INFO")).includes("cluster_state:ok"),
    );
    for (const scheme of ["rediss", "rediss+cluster"]) {
      const trust = { REDIS_URL: `${scheme}://127.0.0.1:${node.port}`, REDIS_CA_FILE: right.ca };
      await works(t, { ...trust, REDIS_CERT_FILE: client.cert, REDIS_KEY_FILE: client.key });
      await isRefused(t, trust, /certificate required/);
      const other = { REDIS_CERT_FILE: stranger.cert, REDIS_KEY_FILE: stranger.key };
      await isRefused(t, { ...trust, ...other }, /unknown ca/);
    }
  });

  await t.test("a Sentinel with TLS", async (t) => {
    const lines = [
      `sentinel monitor mymaster 127.0.0.1 ${port} 1`,
      "tls-replication yes",
      "tls-auth-clients no",
    ];
    const sentinel = await startServer(lines, true);
    const REDIS_URL = `rediss+sentinel://127.0.0.1:${sentinel.port}/mymaster`;
    await works(t, { REDIS_URL, REDIS_CA_FILE: right.ca });
    await isRefused(t, { REDIS_URL, REDIS_CA_FILE: wrong.ca }, /certificate/);
    await isRefused(t, { REDIS_URL: REDIS_URL.replace("rediss", "redis") }, /./);
  });
});
