// Every way to run Redis, deployed for real on a machine of its own within this one: one list of tests, for each orchestrator,
// with two replicas, for they come and go sooner than four. The ways are changed in turn, and the count goes along; in between, Redis is killed, frozen, and
// stopped as a whole.

import t from "tap";
import { testHost } from "./lib/testing/host.ts";
import { testsOf } from "./lib/testing/list.ts";
import { startMachine } from "./lib/testing/machine.ts";
import { type RedisScene, redisScene } from "./lib/testing/redis-scene.ts";
import { sentinelTests } from "./lib/testing/sentinel-tests.ts";
import { k3s, type Side, swarm } from "./lib/testing/sides.ts";
import { outlast, startTraffic } from "./lib/testing/traffic.ts";
import { configure, startOutsideRedis, stopOutsideRedis } from "./lib/testing/outside-redis.ts";

for (const side of [swarm, k3s]) {
  const skip = await side.whyNot();
  if (skip) t.pass(`${side.name}: the whole list`, { skip });
  else list(side);
}

function list(side: Side): void {
  const test = testsOf(side);
  let scene: RedisScene;
  /** With the files of a Redis that is run elsewhere. */
  let dir: string;
  /** What a deployment is told of a Redis that is run elsewhere. */
  let other: Record<string, string>;

  test("a machine of its own starts", async () => {
    dir = t.testdir({ password: "outside", wrong: "inside" });
    const machine = await startMachine("modes");
    t.teardown(() => machine.stop());
    const host = await testHost(machine);
    t.teardown(() => host.remove());
    await side.prepare(host);
    scene = redisScene(side, machine, host);
  });

  test("it is provisioned; a mode that is not known is refused", async (t) => {
    t.match(await scene.deploy({ REDIS: "dynomite" }), {
      exitCode: 2,
      stderr: /REDIS is "dynomite", not one of single,/,
    });
    await side.beforeProvision(scene.host);
    t.match(await scene.provision(), { exitCode: 0 });
  });

  sentinelTests(() => scene, test);

  test("sentinel to cluster under traffic: the count goes along, and no acknowledged increment is lost", async (t) => {
    const start = await scene.count();
    t.match(await scene.deploy({ REDIS: "cluster" }), {
      exitCode: 2,
      stderr: /Change Redis from sentinel to cluster\?/,
    });
    const traffic = startTraffic(scene.url);
    const change = await scene.changeTo("cluster");
    t.match(change, { exitCode: 0, stderr: /from sentinel to cluster/ }, change.stderr);
    const { acknowledged, failures } = await traffic.stop();
    t.equal(await scene.count(), start + acknowledged, `${acknowledged} increments`);
    t.same(
      [...new Set(failures)].filter((one) => !one.startsWith("503 ")),
      [],
    );
    await scene.whole();
    t.match(await scene.deploy(), { exitCode: 0, stderr: /^Unchanged in/m });
    t.match(await scene.host.run("smoke"), { exitCode: 0 });
  });

  test("cluster: the master that has the count is killed, and then the replica of who has it then", async (t) => {
    await scene.outage(t, "KILL", await scene.keeper());
    await scene.outage(t, "KILL", await scene.replicaOf(await scene.keeper()));
    await scene.whole();
  });

  test("cluster: a master that has lost its data follows who has it now", async (t) => {
    const master = await scene.keeper();
    await scene.loseData(t, master);
    await scene.whole();
    t.equal(await scene.replicaOf(await scene.keeper()), master);
  });

  test("cluster: all of it stops, and starts again with other addresses", (t) => scene.restart(t));

  test("cluster: a backup is taken and restored", (t) => scene.backUpAndRestore(t));

  test("cluster: writes that a killed change has stopped show in the status, and a deployment allows them", async (t) => {
    const { servers } = await scene.status();
    for (const { name } of servers as { name: string }[])
      await scene.execute(name, "redis-cli config set min-replicas-to-write 100");
    t.match(await scene.host.run("status"), { exitCode: 1, stderr: /refuses writes since a change/ });
    const mended = await scene.deploy();
    t.match(mended, { exitCode: 0, stderr: /Let Redis take writes again/ }, mended.stderr);
    t.equal((await outlast(scene.url)).answers.length, 0);
    await scene.whole();
    t.match(await scene.deploy(), { exitCode: 0, stderr: /^Unchanged in/m });
  });

  test("a change that fails: exit 4, and the old Redis counts on", async (t) => {
    const start = await scene.count();
    await scene.host.edit("deploy/settings.yaml", "converge: 180", "converge: 20");
    await scene.host.edit("deploy/redis/redis.conf", "maxmemory-policy noeviction", "maxmemory-policy never");
    const change = await scene.changeTo("single");
    t.match(change, { exitCode: 4, stderr: /serving +\w+ with Redis cluster/ }, change.stderr);
    await scene.host.edit("deploy/redis/redis.conf", "maxmemory-policy never", "maxmemory-policy noeviction");
    await scene.host.edit("deploy/settings.yaml", "converge: 20", "converge: 180");
    t.match(await scene.status(), { redis: "cluster", running: 2 });
    t.equal((await outlast(scene.url)).answers.length, 0, "writes were allowed again");
    t.equal(await scene.count(), start + 12);
  });

  test("cluster to independent, which says what it is; the way back takes the count that is named", async (t) => {
    const start = await scene.count();
    const change = await scene.changeTo("independent");
    t.match(
      change,
      { exitCode: 0, stderr: /^warning: Redis is independent: they are not synchronised/m },
      change.stderr,
    );
    const { acknowledged } = await outlast(scene.url);
    const { servers } = await scene.status();
    const values: number[] = servers.map(({ value }: { value: string }) => Number(value));
    const counted = values.reduce((sum, value) => sum + value - start, 0);
    t.equal(counted, acknowledged, values.join(", "));
    t.match(await scene.host.run("status"), { exitCode: 0, stdout: /they are not synchronised/ });
    t.match(await scene.host.run("smoke"), { exitCode: 0 });
    t.match(await scene.host.run("backup"), { exitCode: 3, stderr: new RegExp(`FROM=2: ${values[1]}`) });
    const backup = await scene.host.run("backup", { FROM: "2", JSON: "1" });
    t.match(backup, { exitCode: 0 }, backup.stderr);
    const { path: FILE, count } = JSON.parse(backup.stdout) as { path: string; count: number };
    t.equal(count, values[1]);
    t.match(await scene.host.run("restore", { FILE, YES: "1" }), { exitCode: 3, stderr: /has 3 counts/ });
    const refused = await scene.changeTo("single");
    t.match(refused, { exitCode: 3, stderr: new RegExp(`FROM=2: ${values[1]}`) });
    t.match(await scene.changeTo("single", { FROM: "2" }), { exitCode: 0 });
    t.equal(await scene.count(), values[1]);
    t.match(await scene.host.run("smoke"), { exitCode: 0 });
  });

  test("external: what does not fit is refused with every reason, and nothing changes", async (t) => {
    const { host, machine, changeTo } = scene;
    const images = await host.exec(["docker", "image", "ls", "--format={{.Repository}}:{{.Tag}}"]);
    const image = images.stdout.split("\n").find((name) => /redis:/.test(name))!;
    other = await startOutsideRedis(host, {
      address: machine.address,
      image,
      dir,
    });
    const refused = async (stderr: RegExp, more: Record<string, string>) =>
      t.match(await changeTo("external", { ...other, ...more }), { exitCode: 3, stderr }, String(stderr));
    t.match(await changeTo("external"), { exitCode: 2, stderr: /it needs REDIS_URL/ });
    await refused(/WRONGPASS/, { REDIS_PASSWORD_FILE: `${dir}/wrong` });
    await refused(/self.signed|unable to/, { REDIS_CA_FILE: other["REDIS_CERT_FILE"]! });
    await refused(/hint +rediss:\/\/ is with TLS/, { REDIS_CERT_FILE: "", REDIS_KEY_FILE: "" });
    await refused(/needs a REDIS_URL that starts with rediss/, { REDIS_URL: "redis://192.0.2.1" });
    await refused(/0 of its replicas acknowledge what it writes \(WAIT=1\)/, { WAIT: "1" });
    await configure(host, "maxmemory-policy", "allkeys-lru");
    await configure(host, "appendonly", "no");
    await refused(/allkeys-lru[^]*appendonly no/, {});
    await configure(host, "maxmemory-policy", "noeviction");
    await configure(host, "appendonly", "yes");
    t.match(await scene.status(), { redis: "single", running: 2 });
  });

  test("external: with TLS, a client certificate and a password; the count goes there and back", async (t) => {
    const start = await scene.count();
    const there = await scene.changeTo("external", other);
    t.match(there, { exitCode: 0, stderr: /from single to external/ }, there.stderr);
    t.notMatch(there.stderr, /warning/);
    t.match(await scene.host.run("status", other), { exitCode: 0, stdout: /^redis +external/m });
    t.equal(await scene.count(), start);
    await outlast(scene.url);
    await configure(scene.host, "appendfsync", "everysec");
    t.match(await scene.deploy(other), {
      exitCode: 0,
      stderr: /^Unchanged in[^]*^warning: Redis is external: with appendfsync everysec/m,
    });
    t.match(await scene.host.run("backup"), { exitCode: 2, stderr: /it needs REDIS_URL/ });
    await scene.backUpAndRestore(t, other);
    t.match(await scene.changeTo("single", other), { exitCode: 0 });
    await stopOutsideRedis(scene.host);
    t.equal(await scene.count(), start + 12);
  });

  test("with PURGE no volume of any mode is left", async (t) => {
    const left = async () => (await scene.volumes()).length;
    t.equal(await left(), 1 + 3 + 6 + 6, "old data stays until then");
    t.match(await scene.host.run("teardown", { YES: "1", PURGE: "1" }), { exitCode: 0 });
    t.equal(await left(), 0);
    await scene.machine.stop();
  });
}
