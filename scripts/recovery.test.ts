// What becomes of the count when Redis fails, and a way back: the verbs, for real, on a machine of their own with
// Docker Swarm. Each test goes on from where the one before it left the deployment.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import type { Result } from "./lib/measure/failover/result.ts";
import type { Result as Proof } from "./lib/measure/prove/result.ts";
import { until } from "./lib/run/wait.ts";
import { printed, type TestHost, testHost } from "./lib/testing/host.ts";
import { type Machine, startMachine, whyNoMachine } from "./lib/testing/machine.ts";
import { countAt } from "./lib/testing/traffic.ts";

const PORT = "8080";
const GENTLY = { YES: "1", RATE: "100", JSON: "1" };
/** A machine has other things to do, too: what is seen so many times in a row is the copy's doing. */
const TRIES = 3;
const MOST_WAIT_MS = 100;

const skip = await whyNoMachine();
if (skip) t.pass("the whole list", { skip });
else recovery();

function recovery(): void {
  let machine: Machine;
  let host: TestHost;
  let url: string;
  let backup: string;

  const count = () => countAt(url);
  const increment = () => fetch(`${url}/api/counter/increment`, { method: "POST" });

  t.test("the counter is deployed", async (t) => {
    machine = await startMachine("redis");
    host = await testHost(machine);
    url = `http://${machine.address}:${PORT}`;
    t.match(await host.run("provision", { PORT, ORCHESTRATOR: "swarm" }), { exitCode: 0 });
    t.match(await host.run("backup"), { exitCode: 3, stderr: /not deployed/ });
    t.match(await host.run("deploy-swarm", { PORT, REPLICAS: "2" }), { exitCode: 0 });
    t.match(await host.run("backup"), { exitCode: 3, stderr: /nobody has counted yet/ });
  });
  t.teardown(async () => {
    await host?.remove();
    await machine?.stop();
  });

  t.test("what is broken is said and asked first; what is not there cannot be", async (t) => {
    t.match(await host.run("failover"), { exitCode: 2, stderr: /redis of counter .* will be killed/ });
    const none = await host.run("failover", { KILL: "sentinel", YES: "1" });
    t.match(none, { exitCode: 3, stderr: /Redis single on Docker Swarm has no sentinel/ });
    const short = await host.run("failover", { YES: "1", SECONDS_EACH: "9", FREEZE: "1" });
    t.match(short, { exitCode: 2, stderr: /a round takes 10 at least/ });
    t.match(await host.run("failover", { KILL: "moon" }), {
      exitCode: 2,
      stderr: /one of redis, app, proxy/,
    });
  });

  t.test("one count for all replicas", async (t) => {
    const run = await host.run("consistency", { INCREMENTS: "200", JSON: "1" });
    t.match(run, { exitCode: 0 }, run.stderr);
    t.match(JSON.parse(run.stdout), { mode: "single", consistent: true, ledger: { acknowledged: 200 } });
  });

  t.test("prove: it sees what is broken on purpose, and puts all back", async (t) => {
    const before = await count();
    const load = { YES: "1", RATE: "100", SECONDS_EACH: "5" };
    const run = await host.run("prove", { ...load, ACTS: "roll", JSON: "1" });
    const result = JSON.parse(run.stdout || "{}") as Proof;
    t.same(
      result.controls?.map(({ name, caught }) => `${name}: ${caught}`),
      ["no drain: true", "invented: true", "dead door: true"],
      run.stderr,
    );
    // How many requests the machine that runs the tests sends in time is not what is tested.
    const missed = result.thresholds?.filter(({ name, met }) => !met && !/ requests, at /.test(name));
    t.same(missed, []);
    t.match(result.acts, [{ name: "quiet" }, { name: "roll", lost: 0, statistics: { all: { failed: 0 } } }]);
    t.ok(result.hardening?.length > 20, `${result.hardening?.length} rows`);
    t.equal(await count(), before);
    t.match(await host.run("deploy-swarm", { PORT }), { exitCode: 0, stderr: /^Unchanged in/m });
  });

  t.test("Redis is killed: no acknowledged increment is lost, and writes are back", async (t) => {
    const pids = async () => (await host.exec(["pidof", "redis-server"])).stdout;
    const before = await pids();
    const run = await host.run("failover", { ...GENTLY, ROUNDS: "2", SECONDS_EACH: "7" });
    t.not(await pids(), before, "it was ended");
    const result = JSON.parse(run.stdout) as Result;
    // How fast the machine is that runs the tests is not what is tested.
    t.match(result, { mode: "single", redis: { appendfsync: "always" }, interrupted: false });
    for (const { ledger, outage, lost } of result.rounds) {
      t.ok(ledger.right, JSON.stringify(ledger));
      t.ok(outage.back! > 0 && outage.back! < 7000, `back after ${outage.back} ms`);
      t.equal(lost, 0);
    }
    const folder = readdirSync(`${host.dir}reports`).find((name) => name.includes("failover"));
    const files = ["report.html", "report.md", "run.json", "samples.csv.gz", "summary.json"];
    t.same(readdirSync(`${host.dir}reports/${folder}`), files);
    t.match(await host.run("reports"), { stdout: /failover-swarm-redis.*\n.*writes back after/ });
  });

  t.test("Redis stands still, and the verb is killed meanwhile: it goes on all the same", async (t) => {
    const run = host.start("failover", { ...GENTLY, FREEZE: "1", ROUNDS: "1" });
    await until({ what: "Redis does not stand still", deadline: 30 }, async () => {
      return (await host.exec(["sh", "-c", "ps -C redis-server -o stat= | grep -q ^T"])).ok;
    });
    await host.exec(["pkill", "-KILL", "-f", "scripts/failover.ts"]);
    await run;
    // Sooner than the verb would have thawed it.
    const back = until({ what: "Redis is frozen", deadline: 3 }, async () => (await increment()).ok);
    t.ok(await back);
  });

  t.test("a backup while it is counted: nobody waits, and another Redis takes it", async (t) => {
    const waits: number[] = [];
    while (waits.length < TRIES && !(waits.at(-1)! < MOST_WAIT_MS)) {
      const variables = { PROFILE: "increments", RATE: "100", DURATION: "8", GENERATOR: "builtin" };
      const load = host.start("load", { ...variables, JSON: "1" });
      await printed(load, "] Generator");
      const run = await host.run("backup", { DRILL: "1", KEEP: "2" });
      const loaded = await load;
      t.match(run, { exitCode: 0, stderr: /\] Restore it into another Redis +ok/ }, run.stderr);
      backup = run.stdout.trim();
      const { parts } = JSON.parse(loaded.stdout);
      t.match(parts, [{ ledger: { right: true } }]);
      waits.push(parts[0].statistics.all.times.max);
    }
    t.ok(waits.at(-1)! < MOST_WAIT_MS, `at most ${waits.map(Math.round).join(", ")} ms`);
    const left = await host.exec(["sh", "-c", "docker ps --all --quiet --filter name=drill | wc -l"]);
    t.equal(left.stdout.trim(), "0", "the other Redis is gone");
  });

  t.test("the volume is destroyed, and the count comes back from the backup", async (t) => {
    const { count: then } = JSON.parse(readFileSync(backup, "utf8")) as { count: number };
    t.ok(then > 0);
    t.match(await host.run("teardown", { YES: "1" }), { exitCode: 0 });
    t.match(await host.exec(["docker", "volume", "rm", "counter_data"]), { exitCode: 0 });
    t.match(await host.run("deploy-swarm", { PORT, REPLICAS: "2" }), { exitCode: 0 });
    t.equal(await count(), 0, "it is gone");
    t.match(await host.run("restore", { FILE: backup }), {
      exitCode: 2,
      stderr: /Replace the count .*now 0/,
    });
    const restore = await host.run("restore", { FILE: backup, YES: "1" });
    t.match(restore, { exitCode: 0, stderr: /\] Verify through the front door +ok/ }, restore.stderr);
    t.equal(await count(), then);
    t.match(await host.run("smoke"), { exitCode: 0 });
  });

  t.test("what is no backup, or of a newer Redis, changes nothing", async (t) => {
    const before = await count();
    const [data, text] = [readFileSync(backup.replace(".json", ".dump")), readFileSync(backup, "utf8")];
    const wrong: [string, string | Buffer, string, RegExp][] = [
      ["dump", data.subarray(0, -1), "truncated", /it is not whole/],
      ["json", text.replace(/"redis": "\d+/, '"redis": "99'), "newer", /is of Redis 99.*may not read it/],
      ["json", text.replace('"count": ', '"count": 9'), "lying", /its manifest says/],
    ];
    for (const [end, content, what, stderr] of wrong) {
      writeFileSync(backup, text);
      writeFileSync(backup.replace(".json", `.${end}`), content);
      t.match(await host.run("restore", { FILE: backup, YES: "1" }), { exitCode: 3, stderr }, what);
      writeFileSync(backup.replace(".json", ".dump"), data);
    }
    writeFileSync(backup, text);
    t.match(await host.run("restore"), { exitCode: 2, stderr: /which backup/ });
    t.equal(await count(), before);
  });

  t.test("the front door does not say the restored count: exit 4, and what was there is back", async (t) => {
    await increment();
    const before = await count();
    await host.edit("deploy/settings.yaml", "verify: 30", "verify: 3");
    await host.exec(["pkill", "-STOP", "-x", "haproxy"]);
    const restore = await host.run("restore", { FILE: backup, YES: "1" });
    await host.exec(["pkill", "-CONT", "-x", "haproxy"]);
    const serving = `serving +a count of ${before.toLocaleString("en")} \\(rolled back\\)`;
    t.match(restore, { exitCode: 4, stderr: new RegExp(serving) }, restore.stderr);
    t.equal(await count(), before);
  });
}
