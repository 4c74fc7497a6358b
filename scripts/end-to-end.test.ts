// The verbs, for real, on a machine of their own within this one: one list of tests, for each orchestrator. The user's
// engine is never touched. Each test goes on from where the one before it left the deployment.

import { readFile } from "node:fs/promises";
import t from "tap";
import type { Instance } from "./lib/deployment/orchestrator.ts";
import { faultTests } from "./lib/testing/fault-tests.ts";
import { footprint } from "./lib/testing/footprint.ts";
import { printed, type TestHost, testHost } from "./lib/testing/host.ts";
import { testsOf } from "./lib/testing/list.ts";
import { type Machine, startMachine } from "./lib/testing/machine.ts";
import { k3s, type Side, swarm } from "./lib/testing/sides.ts";
import { countAt, startTraffic } from "./lib/testing/traffic.ts";
import { asMakeGives } from "./lib/run/options.ts";
import { until } from "./lib/run/wait.ts";

type Status = { version: string; instances: Instance[] };

const PORT = "8080";
/** How long a deployment may take that has nothing to do, and how many seconds a rollout of four replicas. */
const UNCHANGED_MS = 4000;
const ROLL_SECONDS = 30;

for (const side of [swarm, k3s]) {
  const skip = await side.whyNot();
  if (skip) t.pass(`${side.name}: the whole list`, { skip });
  else endToEnd(side);
}

function endToEnd(side: Side): void {
  const test = testsOf(side);
  const deployVerb = `deploy-${side.name}`;
  let machine: Machine;
  let host: TestHost;
  let url: string;
  /** What the host had on it at first. */
  let before: Record<string, string[]>;

  const status = async () => JSON.parse((await host.run("status", { JSON: "1" })).stdout);
  const count = () => countAt(url);

  test("a machine of its own starts, with a copy of this checkout on it", async () => {
    machine = await startMachine("e2e");
    t.teardown(() => machine.stop());
    host = await testHost(machine);
    t.teardown(() => host.remove());
    await side.prepare(host);
    url = `http://${machine.address}:${PORT}`;
  });

  test("on a bare engine every verb says what is missing", async (t) => {
    t.match(await host.run(deployVerb, { PORT }), { exitCode: 3, stderr: side.missing });
    t.match(await host.run("status"), { exitCode: 1, stderr: /error: / });
    t.match(await host.run("scale", { REPLICAS: "2" }), { exitCode: 1 });
    before = await footprint(host);
  });

  test(`provision, and again: unchanged, in under ${side.unchanged / 1000} s`, async (t) => {
    await side.beforeProvision(host);
    const provision = await host.run("provision", { PORT, ORCHESTRATOR: side.name });
    t.match(provision, { exitCode: 0 }, provision.stderr);
    const again = await host.run("provision", { PORT, ORCHESTRATOR: side.name });
    t.match(again, { exitCode: 0, stderr: /^Unchanged in/m });
    t.ok(again.duration < side.unchanged, `${again.duration} ms`);
  });

  test("deploy: four replicas, smoke-tested; and again: unchanged", async (t) => {
    t.match(await host.run(deployVerb, { PORT }), { exitCode: 0, stderr: /^Done in/m });
    const restarts = await side.startsTriedAgain(host);
    t.match(await status(), { replicas: 4, running: 4, restarts, url: `http://127.0.0.1:${PORT}` });
    const { version, instances } = (await status()) as Status;
    t.equal(instances.filter(({ name }) => name.startsWith("app")).length, 4);
    for (const one of instances) {
      t.match(one, { state: "running", version: /./, since: /^20/, restarts: Number, node: /./ }, one.name);
      if (one.name.startsWith("app")) t.equal(one.version, version);
    }
    t.match(await host.run("smoke"), { exitCode: 0, stdout: /^\d+ passed, 0 failed, 0 skipped$/m });
    const running = await side.running(host);
    const again = await host.run(deployVerb, { PORT });
    t.match(again, { exitCode: 0, stderr: /^Unchanged in/m });
    t.ok(again.duration < UNCHANGED_MS, `${again.duration} ms`);
    const DOCKER_CONFIG = t.testdir({ "config.json": '{"serviceInspectFormat": "pretty"}' });
    const other = Object.entries({ ...asMakeGives({ PORT }), DOCKER_CONFIG }).map((pair) => pair.join("="));
    const limits = ["prlimit", "--nofile=4096", "taskset", "--cpu-list", "0"];
    const elsewhere = await host.exec([...limits, "env", ...other, `${host.dir}scripts/${deployVerb}.ts`]);
    t.match(elsewhere, { exitCode: 0, stderr: /^Unchanged in/m }, `with other limits: ${elsewhere.stderr}`);
    t.same(await side.running(host), running, "nothing was replaced");
    t.match(await status(), { restarts });
  });

  test("loads: many users reach every replica, and the ledger of increments is right", async (t) => {
    await host.edit("deploy/settings.yaml", "p95: 250", "p95: 30000");
    const load = async (variables: Record<string, string>) => {
      const run = await host.run("load", { GENERATOR: "builtin", DURATION: "3", JSON: "1", ...variables });
      t.match(run, { exitCode: 0 }, run.stderr);
      return JSON.parse(run.stdout);
    };
    // Many, since kube-proxy spreads connections, and not requests.
    const { target, parts } = await load({ USERS: "60", RATE: "60" });
    t.match(target, { orchestrator: side.name, replicas: 4, local: true });
    t.equal(Object.keys(parts[0].statistics.replicas).length, 4);
    const increments = await load({ PROFILE: "increments", RATE: "200" });
    t.match(increments.parts, [{ statistics: { all: { failed: 0 } }, ledger: { right: true } }]);
  });

  test("compare: interrupted after a run, it leaves a report, and the deployment as it was", async (t) => {
    const variables = { REPLICAS: "4 2", ROUNDS: "1", QUICK: "1", SEED: "1", GENERATOR: "builtin" };
    t.match(await host.run("compare", { REPLICAS: "4" }), {
      exitCode: 2,
      stderr: /nothing to compare it with/,
    });
    const there = await side.running(host);
    const compare = host.start("compare", { ...variables, ORCHESTRATORS: side.name });
    // The line of the first run: all that was before it was scaling and looking.
    await printed(compare, "] Round 1");
    await host.exec(["pkill", "-INT", "-f", "scripts/compare.ts"]);
    t.match(await compare, {
      exitCode: 1,
      stderr:
        /Put \w+ back +ok .*replicas: 4\n.*Take its increments back +(ok|unchanged) [^]*error: interrupted by SIGINT/,
    });
    t.match(await status(), { replicas: 4, running: 4 });
    t.equal((await side.running(host)).length, there.length);
    const [listed] = JSON.parse((await host.run("reports", { JSON: "1" })).stdout).slice(-1);
    t.match(listed, { name: /-compare$/, passed: false });
    const report = await readFile(`${host.dir}reports/${listed.name}/report.md`, "utf8");
    t.match(report, /It ended early: this is what was measured until then\./);
    t.match(report, /held per s/);
  });

  test("scale 4-1-4; a scale stays over a deployment", async (t) => {
    t.match(await host.run("scale", { REPLICAS: "1" }), { exitCode: 0 });
    t.match(await host.run("smoke"), { exitCode: 0 });
    t.match(await host.run(deployVerb, { PORT }), { exitCode: 0 });
    t.match(await status(), { replicas: 1, running: 1 });
    const shown = /1\/1 running, settings.yaml says 4, scaled to 1 since \d\d:\d\d$/m;
    t.match(await host.run("status"), { exitCode: 0, stdout: shown });
    const watching = host.start("status", { WATCH: "1" });
    for await (const chunk of watching.stdout) if (String(chunk).includes("instance")) break;
    await host.exec(["pkill", "-INT", "-f", "scripts/status.ts"]);
    t.match(await watching, { exitCode: 0 });
    const scaling = host.start("scale", { REPLICAS: "5" });
    await until({ what: "two more do not start", deadline: 60 }, async () => (await status()).running === 3);
    await host.exec(["pkill", "-INT", "-f", "scripts/scale.ts"]);
    t.match(await scaling, { exitCode: 4, stderr: /error: interrupted by SIGINT/ }, "Ctrl-C on the way");
    t.match(await status(), { replicas: 1, running: 1 });
    t.match(await host.run("scale", { REPLICAS: "4" }), { exitCode: 0 });
    t.match(await host.run("smoke"), { exitCode: 0 });
    t.match(await host.run("scale", { REPLICAS: "0" }), { exitCode: 2 });
  });

  test("a new version replaces the old one without a failed request or a lost increment", async (t) => {
    const { version } = await status();
    const start = await count();
    await host.edit("service/page/index.html", "<title>Counter</title>", "<title>Counter 2</title>");
    const traffic = startTraffic(url);
    const deploy = await host.run(deployVerb, { PORT });
    t.match(deploy, { exitCode: 0 }, deploy.stderr);
    const { acknowledged, failures } = await traffic.stop();
    t.same(failures, []);
    const [line, seconds] = /Converge .* ([\d.]+)s/.exec(deploy.stderr)!;
    t.ok(Number(seconds) < ROLL_SECONDS, line);
    t.equal(await count(), start + acknowledged, `${acknowledged} increments`);
    t.match(await status(), { previous: version, running: 4 });
  });

  test("a version that never gets healthy: exit 4, the old one serves on", async (t) => {
    const { version } = await status();
    await host.edit("service/health.ts", "everUp) return", "everUp && false) return");
    const traffic = startTraffic(url);
    const deploy = await host.run(deployVerb, { PORT });
    t.match(
      deploy,
      { exitCode: 4, stderr: new RegExp(`serving +${version} \\(rolled back\\)`) },
      deploy.stderr,
    );
    t.same((await traffic.stop()).failures, []);
    t.match(await status(), { version, running: 4 });
    await host.edit("service/health.ts", "everUp && false) return", "everUp) return");
  });

  test("Ctrl-C in the middle of a rollout: rolled back, and a rerun completes", async (t) => {
    const { version } = await status();
    await host.edit("service/page/index.html", "<title>Counter 2</title>", "<title>Counter 3</title>");
    const deploy = host.start(deployVerb, { PORT });
    await printed(deploy, "] Deploy ");
    await host.exec(["pkill", "-INT", "-f", `scripts/${deployVerb}.ts`]);
    t.match(await deploy, { exitCode: 4, stderr: /error: interrupted by SIGINT/ });
    t.match(await status(), { version, running: 4 });
    t.match(await host.run(deployVerb, { PORT }), { exitCode: 0 });
    t.match(await status(), { previous: version, running: 4 });
  });

  test("rollback: to the version before, to a kept one, and never to one that is gone", async (t) => {
    const { version, previous } = await status();
    t.match(await host.run("rollback"), { exitCode: 0 });
    t.match(await status(), { version: previous, previous: version, running: 4 });
    t.match(await host.run("rollback", { VERSION: version }), { exitCode: 0 });
    t.match(await status(), { version, previous, running: 4 });
    t.match(await host.run("rollback", { VERSION: "0123456789ab" }), { exitCode: 3, stderr: /is not kept/ });
  });

  for (const { name, run } of faultTests)
    test(name, (t) => run(t, { side, machine, host, url, port: PORT, count }));
  for (const { name, run } of side.own) test(name, (t) => run(t, { host, address: machine.address }));

  test("teardown keeps the data; with PURGE nothing is left", async (t) => {
    const value = await count();
    t.ok(value > 0, `the count is ${value}`);
    t.match(await host.run("teardown"), { exitCode: 2, stderr: /no terminal/ });
    t.match(await host.run("teardown", { YES: "1" }), { exitCode: 0 });
    t.match(await host.run("teardown", { YES: "1" }), { exitCode: 0, stderr: /^Unchanged in/m });
    t.match(await host.run("smoke"), { exitCode: 3, stderr: /not deployed/ });
    t.match(await host.run(deployVerb, { PORT }), { exitCode: 0 });
    t.equal(await count(), value);
    t.match(await host.run("teardown", { YES: "1", PURGE: "1" }), { exitCode: 0 });
    const again = { YES: "1", PURGE: "1", ORCHESTRATOR: side.name };
    t.match(await host.run("teardown", again), { exitCode: 0, stderr: /^Unchanged in/m });
    t.same(await footprint(host), before);
    await machine.stop();
  });
}
