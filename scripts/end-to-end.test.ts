// The verbs, for real, on a Docker engine of their own in a network namespace: the user's engine is never touched.
// Each test goes on from where the one before it left the deployment.

import t, { type Test } from "tap";
import type { ProcessPromise } from "zx/core";
import { type TestEngine, startEngine, whyNoEngine } from "./lib/testing/engine.ts";
import { footprint } from "./lib/testing/footprint.ts";
import { type TestHost, testHost } from "./lib/testing/host.ts";
import { startTraffic } from "./lib/testing/traffic.ts";

const skip = (await whyNoEngine()) ?? false;
const test = (name: string, run: (t: Test) => Promise<void>) => t.test(name, { skip }, run);

const PORT = "8080";
let engine: TestEngine;
let host: TestHost;
let url: string;
/** What the host had on it at first, and the first version that was deployed. */
let before: Record<string, string[]>;
let first: string;

const status = async () => JSON.parse((await host.run("status", { JSON: "1" })).stdout);
const containers = async () =>
  (await host.exec(["docker", "ps", "--quiet", "--no-trunc"])).stdout.split("\n").toSorted();
const count = async () => ((await (await fetch(`${url}/api/counter`)).json()) as { value: number }).value;

/** Waits until a running verb has printed something to stderr, or has ended. */
async function printed(run: ProcessPromise, what: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let text = "";
  run.stderr.on("data", (chunk) => (text += chunk).includes(what) && resolve());
  run.stderr.on("end", resolve);
  return promise;
}

test("an engine of its own starts, with a copy of this checkout on its host", async () => {
  engine = await startEngine("e2e");
  t.teardown(() => engine.stop());
  host = await testHost(engine);
  t.teardown(() => host.remove());
  url = `http://${engine.address}:${PORT}`;
});

test("on a bare engine every verb says what is missing", async (t) => {
  t.match(await host.run("deploy-swarm", { PORT }), {
    exitCode: 3,
    stderr: /not a Swarm manager: make provision/,
  });
  t.match(await host.run("status"), { exitCode: 1, stderr: /error: / });
  t.match(await host.run("scale", { REPLICAS: "2" }), { exitCode: 1 });
  before = await footprint(host);
});

test("provision, and again: unchanged, in under 3 s", async (t) => {
  t.match(await host.run("provision", { PORT }), { exitCode: 0 });
  const again = await host.run("provision", { PORT });
  t.match(again, { exitCode: 0, stderr: /^Unchanged in/m });
  t.ok(again.duration < 3000, `${again.duration} ms`);
});

test("deploy: four replicas, smoke-tested; and again: unchanged", async (t) => {
  t.match(await host.run("deploy-swarm", { PORT }), { exitCode: 0, stderr: /^Done in/m });
  t.match(await status(), { replicas: 4, running: 4, restarts: 0, url: `http://127.0.0.1:${PORT}` });
  t.match(await host.run("smoke"), { exitCode: 0, stdout: /^\d+ passed, 0 failed, 0 skipped$/m });
  const running = await containers();
  const again = await host.run("deploy-swarm", { PORT });
  t.match(again, { exitCode: 0, stderr: /^Unchanged in/m });
  t.same(await containers(), running, "no container was replaced");
});

test("scale 4-1-4; a scale stays over a deployment", async (t) => {
  t.match(await host.run("scale", { REPLICAS: "1" }), { exitCode: 0 });
  t.match(await host.run("smoke"), { exitCode: 0 });
  t.match(await host.run("deploy-swarm", { PORT }), { exitCode: 0 });
  t.match(await status(), { replicas: 1, running: 1 });
  t.match(await host.run("scale", { REPLICAS: "4" }), { exitCode: 0 });
  t.match(await host.run("smoke"), { exitCode: 0 });
  t.match(await host.run("scale", { REPLICAS: "0" }), { exitCode: 2 });
});

test("a new version replaces the old one without a failed request or a lost increment", async (t) => {
  first = (await status()).version;
  const start = await count();
  await host.edit("service/page/index.html", "<title>Counter</title>", "<title>Counter 2</title>");
  const traffic = startTraffic(url);
  t.match(await host.run("deploy-swarm", { PORT }), { exitCode: 0 });
  const { acknowledged, failures } = await traffic.stop();
  t.same(failures, []);
  t.equal(await count(), start + acknowledged, `${acknowledged} increments`);
  t.match(await status(), { previous: first, running: 4 });
});

test("a version that never gets healthy: exit 4, the old one serves on", async (t) => {
  const { version } = await status();
  await host.edit("service/healthcheck.sh", "= 200", "= 299");
  const traffic = startTraffic(url);
  const deploy = await host.run("deploy-swarm", { PORT });
  t.match(
    deploy,
    { exitCode: 4, stderr: new RegExp(`serving +${version} \\(rolled back\\)`) },
    deploy.stderr,
  );
  t.same((await traffic.stop()).failures, []);
  t.match(await status(), { version, running: 4 });
  await host.edit("service/healthcheck.sh", "= 299", "= 200");
});

test("Ctrl-C in the middle of a rollout: rolled back, and a rerun completes", async (t) => {
  const { version } = await status();
  await host.edit("service/page/index.html", "<title>Counter 2</title>", "<title>Counter 3</title>");
  const deploy = host.start("deploy-swarm", { PORT });
  await printed(deploy, "] Deploy ");
  await deploy.kill("SIGINT");
  t.match(await deploy, { exitCode: 4, stderr: /error: interrupted by SIGINT/ });
  t.match(await status(), { version, running: 4 });
  t.match(await host.run("deploy-swarm", { PORT }), { exitCode: 0 });
  t.match(await status(), { previous: version, running: 4 });
});

test("two runs at once: the second is refused; a killed one leaves no lock", async (t) => {
  const scaling = host.start("scale", { REPLICAS: "3" });
  await printed(scaling, "] Scale ");
  t.match(await host.run("deploy-swarm", { PORT }), {
    exitCode: 6,
    stderr: /the lock: make scale, process \d+/,
  });
  await scaling.kill("SIGKILL");
  await scaling;
  t.match(await host.run("scale", { REPLICAS: "4" }), { exitCode: 0 });
});

test("rollback: to the version before, to a kept one, and never to one that is gone", async (t) => {
  const { version, previous } = await status();
  t.match(await host.run("rollback"), { exitCode: 0 });
  t.match(await status(), { version: previous, previous: version, running: 4 });
  t.match(await host.run("rollback", { VERSION: first }), { exitCode: 0 });
  t.match(await status(), { version: first, running: 4 });
  t.match(await host.run("rollback", { VERSION: "0123456789ab" }), { exitCode: 3, stderr: /is not kept/ });
});

test("a port that is taken is refused, naming who holds it, and nothing changes", async (t) => {
  const holder = host.exec([
    "node",
    "-e",
    "require('net').createServer().listen(8081, () => console.error('up'))",
  ]);
  await printed(holder, "up");
  const running = await containers();
  const refused = { exitCode: 3, stderr: /8081 is held by node\S* \(process \d+\)/ };
  t.match(await host.run("deploy-swarm", { PORT: "8081" }), refused);
  t.match(await host.run("provision", { PORT: "8081" }), refused);
  t.same(await containers(), running);
  await holder.kill();
  await holder;
});

test("an engine that stops in the middle, and is away: an error with a hint; a rerun completes", async (t) => {
  await host.edit("service/page/index.html", "<title>Counter 3</title>", "<title>Counter 4</title>");
  const deploy = host.start("deploy-swarm", { PORT });
  await printed(deploy, "] Deploy ");
  await engine.halt();
  t.match(await deploy, { exitCode: 1, stderr: /engine does not answer[^]*hint +make provision/ });
  t.match(await host.run("deploy-swarm", { PORT }), { exitCode: 3, stderr: /no Docker engine answers/ });
  t.match(await host.run("scale", { REPLICAS: "2" }), { exitCode: 1, stderr: /hint +make provision/ });
  await engine.resume();
  t.match(await host.run("deploy-swarm", { PORT }), { exitCode: 0 });
  t.match(await host.run("smoke"), { exitCode: 0 });
});

test("teardown keeps the data; with PURGE nothing is left", async (t) => {
  const value = await count();
  t.ok(value > 0, `the count is ${value}`);
  t.match(await host.run("teardown"), { exitCode: 2, stderr: /no terminal/ });
  t.match(await host.run("teardown", { YES: "1" }), { exitCode: 0 });
  t.match(await host.run("teardown", { YES: "1" }), { exitCode: 0, stderr: /^Unchanged in/m });
  t.match(await host.run("smoke"), { exitCode: 1, stderr: /not deployed/ });
  t.match(await host.run("deploy-swarm", { PORT }), { exitCode: 0 });
  t.equal(await count(), value);
  t.match(await host.run("teardown", { YES: "1", PURGE: "1" }), { exitCode: 0 });
  t.same(await footprint(host), before);
});
