import { writeFile } from "node:fs/promises";
import { Agent, type ClientRequest, request } from "node:http";
import { connect } from "node:net";
import { once } from "node:events";
import t, { type Test } from "tap";
import { noRedis, testRedis } from "./testing/redis.ts";
import { call, post, spawnService, startService } from "./testing/service.ts";
import { timed, until } from "./testing/until.ts";

const AWAY = "redis://127.0.0.1:1";

/** Starts a request and waits until the server has its head, so that it is surely under way. */
async function begin(agent: Agent, url: string, method = "GET") {
  const headers = { expect: "100-continue", "content-length": 0 };
  const message = request(url, { agent, method, headers });
  message.flushHeaders();
  await once(message, "continue");
  return message;
}

/** Waits for an answer: status, body, and what it says of the connection. */
async function finish(message: ClientRequest) {
  const [response] = await once(message.end(), "response");
  let body = "";
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, body, connection: response.headers.connection };
}

const send = (agent: Agent, url: string, method = "GET") => finish(request(url, { agent, method }));

function keepAlive(t: Test): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  return agent;
}

t.test("SIGTERM lets a request under way finish, and exits with 0", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const service = await startService(t, { REDIS_URL: redis.url });
  await until("ready", 2000, async () => (await call(service.url, "/readyz")).status === 200);
  const agent = keepAlive(t);
  t.match(await send(agent, `${service.url}/api/counter`), { status: 200, connection: "keep-alive" });

  redis.freeze();
  const underWay = await begin(agent, `${service.url}/api/counter/increment`, "POST");
  service.child.kill("SIGTERM");
  await until("it is draining", 400, () => service.log.some(({ msg }) => msg === "draining"));
  redis.thaw();

  t.strictSame(await finish(underWay), { status: 200, body: `{"value":1}`, connection: "close" });
  t.equal(await service.exitCode, 0);
  t.equal(service.output().stderr, "");
});

t.test("while draining it serves on, and asks clients to leave", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const service = await startService(t, { REDIS_URL: redis.url, DRAIN_SECONDS: "1" });
  await until("ready", 2000, async () => (await call(service.url, "/readyz")).status === 200);
  const open = keepAlive(t);
  t.match(await send(open, `${service.url}/api/counter/increment`, "POST"), { connection: "keep-alive" });

  service.child.kill("SIGTERM");
  await until("it is draining", 400, () => service.log.some(({ msg }) => msg === "draining"));
  t.strictSame(await send(open, `${service.url}/readyz`), {
    status: 503,
    body: `{"status":"draining"}`,
    connection: "close",
  });
  const [value, ms] = await timed(async () => {
    let count = 1;
    while (!service.log.some(({ msg }) => msg === "stopped")) {
      const answer = await send(new Agent(), `${service.url}/api/counter/increment`, "POST").catch(
        () => undefined,
      );
      if (!answer) break;
      count += 1;
      if (answer.status !== 200 || answer.connection !== "close")
        t.match(answer, { status: 200, connection: "close" });
    }
    return count;
  });
  t.ok(ms > 700 && value > 10, `${value} new connections served over ${ms.toFixed()} ms`);
  t.equal(await redis.client.get("counter:value"), String(value), "each of them counted");
  t.equal(await service.exitCode, 0);
});

t.test("a request that was half sent when the listening ended is served", async (t) => {
  const service = await startService(t, { REDIS_URL: AWAY });
  const half = connect(Number(new URL(service.url).port), "127.0.0.1");
  t.teardown(() => half.destroy());
  half.write("GET /livez HTTP/1.1\r\n");
  await call(service.url, "/livez");
  service.child.kill("SIGTERM");
  await until("it is draining", 1000, () => service.log.some(({ msg }) => msg === "draining"));
  half.write("Host: x\r\n\r\n");
  let answer = "";
  for await (const chunk of half.setEncoding("utf8")) answer += chunk;
  t.match(answer, /^HTTP\/1.1 200 OK\r\n/);
  t.match(answer, /connection: close\r\n/i);
  t.equal(await service.exitCode, 0);
});

t.test("idle and unused connections do not hold it up", async (t) => {
  const service = await startService(t, { REDIS_URL: AWAY });
  await send(keepAlive(t), `${service.url}/livez`);
  const unused = connect(Number(new URL(service.url).port), "127.0.0.1");
  t.teardown(() => unused.destroy());
  unused.on("error", () => {});
  await once(unused, "connect");
  await send(keepAlive(t), `${service.url}/livez`);
  service.child.kill("SIGINT");
  const [code, ms] = await timed(() => service.exitCode);
  t.equal(code, 0);
  t.ok(ms < 1000, `ended after ${ms.toFixed()} ms`);
});

t.test("requests that do not finish are cut off with exit code 1", async (t) => {
  const service = await startService(t, { REDIS_URL: AWAY, SHUTDOWN_TIMEOUT_SECONDS: "1" });
  const stuck = connect(Number(new URL(service.url).port), "127.0.0.1");
  t.teardown(() => stuck.destroy());
  stuck.on("error", () => {});
  stuck.write("POST /api/counter/increment HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
  await call(service.url, "/livez");
  service.child.kill("SIGTERM");
  t.equal(await service.exitCode, 1);
  t.match(service.log.at(-1), { level: "error", reason: "timeout" });
});

t.test("a second signal ends it at once with exit code 1", async (t) => {
  const service = await startService(t, { REDIS_URL: AWAY, DRAIN_SECONDS: "60" });
  service.child.kill("SIGTERM");
  await until("it is draining", 1000, () => service.log.some(({ msg }) => msg === "draining"));
  service.child.kill("SIGINT");
  t.equal(await service.exitCode, 1);
});

t.test("a wrong environment: one line per variable, exit code 2", async (t) => {
  const service = spawnService(t, { PORT: "x", LOG_LEVEL: "loud", REDIS_URL: "http://:s3cret@redis" });
  t.equal(await service.exitCode, 2);
  const { stdout, stderr } = service.output();
  t.equal(stdout, "");
  const lines = stderr.trimEnd().split("\n");
  t.equal(lines.length, 3, stderr);
  for (const name of ["PORT", "LOG_LEVEL", "REDIS_URL"])
    t.match(stderr, new RegExp(`^error: ${name} must`, "m"));
  t.notMatch(stderr, /s3cret|    at /);
});

t.test("a port in use: one line, exit code 1", async (t) => {
  const first = await startService(t, { REDIS_URL: AWAY });
  const { port } = new URL(first.url);
  const second = spawnService(t, { REDIS_URL: AWAY, PORT: port });
  t.equal(await second.exitCode, 1);
  t.equal(second.output().stderr, `error: port ${port} is already in use\n`);
});

t.test("the password file, against a Redis that wants it", { skip: noRedis }, async (t) => {
  const password = "p@ss/word %41";
  const redis = await testRedis(t, { settings: `requirepass "${password}"`, password });
  const directory = t.testdir({});
  const env = { REDIS_URL: redis.url, REDIS_PASSWORD_FILE: `${directory}/password`, LOG_LEVEL: "trace" };

  await writeFile(env.REDIS_PASSWORD_FILE, `${password}\n`);
  const right = await startService(t, env);
  await until("ready", 2000, async () => (await call(right.url, "/readyz")).status === 200);
  t.strictSame((await post(right.url, "increment")).body, { value: 1 });

  await writeFile(env.REDIS_PASSWORD_FILE, "n0t-right");
  const wrong = await startService(t, env);
  await until("it is told", 2000, () => wrong.log.some(({ reason }) => reason?.startsWith("WRONGPASS")));
  t.equal((await call(wrong.url, "/readyz")).status, 503);
  const everything = [right, wrong].map((service) => JSON.stringify(service.output())).join();
  t.notOk(everything.includes("n0t-right") || everything.includes("p@ss"), "no password in any output");
});
