// Every way to run Redis, deployed for real on a machine of its own within this one, with two replicas, for they come and go
// sooner than four. The ways are changed in turn, and the count goes along; in between, Redis is killed, frozen, and
// stopped as a whole.

import t, { type Test } from "tap";
import { type TestHost, testHost } from "./lib/testing/host.ts";
import { type Machine, startMachine, whyNoMachine } from "./lib/testing/machine.ts";
import { outlast, startTraffic } from "./lib/testing/traffic.ts";
import { configure, startOutsideRedis, stopOutsideRedis } from "./lib/testing/outside-redis.ts";
import { until } from "./lib/run/wait.ts";

const PORT = "8080";
/** Until writes are back when the master is away, in milliseconds. */
const FAILOVER = 5000;

const IMAGE = "{{.Spec.TaskTemplate.ContainerSpec.Image}}";
const skip = await whyNoMachine();
if (skip) t.pass("the whole list", { skip });
else list((name, run) => void t.test(name, run));

function list(test: (name: string, run: (t: Test) => Promise<void>) => void): void {
  let machine: Machine;
  let host: TestHost;
  let url: string;
  /** With the files of a Redis that is run elsewhere. */
  let dir: string;
  /** What a deployment is told of a Redis that is run elsewhere. */
  let other: Record<string, string>;

  const deploy = (variables: Record<string, string> = {}) => host.run("deploy-swarm", { PORT, ...variables });
  const changeTo = (REDIS: string, more = {}) => deploy({ REDIS, YES: "1", ...more });
  const status = async () => JSON.parse((await host.run("status", { JSON: "1" })).stdout);
  const count = async () => ((await (await fetch(`${url}/api/counter`)).json()) as { value: number }).value;
  /** Waits until nothing is missing, and returns the name of the master, or of the first of them. */
  const whole = async () => {
    await until({ what: "Redis is not whole", deadline: 60 }, async () => {
      return (await host.run("status")).exitCode === 0;
    });
    return (await status()).servers.find(({ role }: { role: string }) => role === "master").name;
  };
  const containers = (part: string) =>
    host.exec(["docker", "ps", "-q", "-f", `label=com.docker.swarm.service.name=counter_${part}`]);
  const signal = async (name: string, ...parts: string[]) => {
    const ids = await Promise.all(parts.map(containers));
    const all = ids.flatMap(({ stdout }) => stdout.split("\n").filter(Boolean));
    await host.exec(["docker", "kill", "--signal", name, ...all]);
  };
  /** Kills some, and says how long writes were away. */
  const outage = async (t: Test, name: string, ...parts: string[]) => {
    const start = await count();
    await signal(name, ...parts);
    const { ms, acknowledged } = await outlast(url);
    t.comment(`${name} to ${parts.join(" and ")}: writes back after ${Math.round(ms)} ms`);
    t.ok(ms < FAILOVER, `${Math.round(ms)} ms`);
    t.equal(await count(), start + acknowledged, "nothing was lost, and nothing counted twice");
  };
  /** Ends the engine and all that it runs, and starts it again. */
  const restart = async (t: Test) => {
    const start = await count();
    await machine.halt();
    await host.exec(["pkill", "-KILL", "-x", "redis-server"]);
    await host.exec(["pkill", "-KILL", "-f", "^node server.mjs"]);
    await machine.resume();
    await whole();
    t.equal(await count(), start, "the count is what it was");
  };

  test("a machine of its own starts", async () => {
    dir = t.testdir({ password: "outside", wrong: "inside" });
    machine = await startMachine("modes");
    t.teardown(() => machine.stop());
    host = await testHost(machine);
    t.teardown(() => host.remove());
    url = `http://${machine.address}:${PORT}`;
  });

  test("it is provisioned; a mode that is not known is refused", async (t) => {
    t.match(await deploy({ REDIS: "dynomite" }), {
      exitCode: 2,
      stderr: /REDIS is "dynomite", not one of single,/,
    });
    t.match(await host.run("provision", { PORT }), { exitCode: 0 });
  });

  test("sentinel: deployed, shown, and unchanged the second time", async (t) => {
    const first = await deploy({ REDIS: "sentinel", REPLICAS: "2" });
    t.match(first, { exitCode: 0, stderr: /^Done in/m }, first.stderr);
    t.match(await status(), { redis: "sentinel", running: 2 });
    t.equal(((await (await fetch(`${url}/version`)).json()) as { redis: string }).redis, "sentinel");
    t.match(await host.run("smoke"), { exitCode: 0 });
    const again = await deploy();
    t.match(again, { exitCode: 0, stderr: /^Unchanged in/m }, "and the mode of one run stays");
    t.match(await host.run("logs", { SERVICE: "sentinel", TAIL: "5" }), {
      exitCode: 0,
      stdout: /sentinel-3/,
    });
  });

  test("sentinel: the master is killed, and then the next one with a Sentinel", async (t) => {
    await outage(t, "KILL", await whole());
    await outage(t, "KILL", await whole(), "sentinel-2");
  });

  test("sentinel: a master that was frozen takes no writes when it goes on", async (t) => {
    const master = await whole();
    await outage(t, "STOP", master);
    t.match(await host.run("status"), { exitCode: 1, stderr: /Redis is not whole: / });
    const [id = ""] = (await containers(master)).stdout.split("\n");
    const start = await count();
    await signal("CONT", master);
    const write = "REDISCLI_AUTH=$(cat /run/secrets/redis_password) redis-cli set counter:value 1";
    const answers: string[] = [];
    await until({ what: "it is no replica", deadline: 30 }, async () => {
      answers.push((await host.exec(["docker", "exec", id, "sh", "-c", write])).stdout.trim());
      return answers.at(-1)!.startsWith("READONLY");
    });
    t.same(
      answers.filter((answer) => answer === "OK"),
      [],
      `${answers.length} writes`,
    );
    await whole();
    t.equal(await count(), start);
  });

  test("sentinel: the engine stops as a whole, and starts again", restart);

  test("sentinel to cluster under traffic: the count goes along, and no acknowledged increment is lost", async (t) => {
    const start = await count();
    t.match(await deploy({ REDIS: "cluster" }), {
      exitCode: 2,
      stderr: /Change Redis from sentinel to cluster\?/,
    });
    const traffic = startTraffic(url);
    const change = await changeTo("cluster");
    t.match(change, { exitCode: 0, stderr: /from sentinel to cluster/ }, change.stderr);
    const { acknowledged, failures } = await traffic.stop();
    t.equal(await count(), start + acknowledged, `${acknowledged} increments`);
    t.same(
      [...new Set(failures)].filter((one) => !one.startsWith("503 ")),
      [],
    );
    await whole();
    t.match(await deploy(), { exitCode: 0, stderr: /^Unchanged in/m });
    t.match(await host.run("smoke"), { exitCode: 0 });
  });

  test("cluster: the master that has the count is killed, and then its replica", async (t) => {
    await whole();
    await outage(t, "KILL", "node-3");
    await whole();
    await outage(t, "KILL", "node-6");
    await whole();
  });

  test("cluster: the engine stops as a whole, and starts again with other addresses", restart);

  test("a change that fails: exit 4, and the old Redis counts on", async (t) => {
    const start = await count();
    await host.edit("deploy/settings.yaml", "converge: 180", "converge: 20");
    await host.edit("deploy/redis/redis.conf", "maxmemory-policy noeviction", "maxmemory-policy never");
    const change = await changeTo("single");
    t.match(change, { exitCode: 4, stderr: /serving +\w+ with Redis cluster/ }, change.stderr);
    await host.edit("deploy/redis/redis.conf", "maxmemory-policy never", "maxmemory-policy noeviction");
    await host.edit("deploy/settings.yaml", "converge: 20", "converge: 180");
    t.match(await status(), { redis: "cluster", running: 2 });
    t.equal((await outlast(url)).answers.length, 0, "writes were allowed again");
    t.equal(await count(), start + 12);
  });

  test("cluster to independent, which says what it is; the way back takes the count that is named", async (t) => {
    const start = await count();
    const change = await changeTo("independent");
    t.match(
      change,
      { exitCode: 0, stderr: /^warning: Redis is independent: they are not synchronised/m },
      change.stderr,
    );
    const { acknowledged } = await outlast(url);
    const { servers } = await status();
    const values: number[] = servers.map(({ value }: { value: string }) => Number(value));
    const counted = values.reduce((sum, value) => sum + value - start, 0);
    t.equal(counted, acknowledged, values.join(", "));
    t.match(await host.run("status"), { exitCode: 0, stdout: /they are not synchronised/ });
    t.match(await host.run("smoke"), { exitCode: 0 });
    const refused = await changeTo("single");
    t.match(refused, { exitCode: 3, stderr: new RegExp(`FROM=2: ${values[1]}`) });
    t.match(await changeTo("single", { FROM: "2" }), { exitCode: 0 });
    t.equal(await count(), values[1]);
    t.match(await host.run("smoke"), { exitCode: 0 });
  });

  test("external: what does not fit is refused with every reason, and nothing changes", async (t) => {
    const image = await host.exec(["docker", "service", "inspect", "counter_redis", "--format", IMAGE]);
    other = await startOutsideRedis(host, { address: machine.address, image: image.stdout.trim(), dir });
    const refused = async (stderr: RegExp, more: Record<string, string>) =>
      t.match(await changeTo("external", { ...other, ...more }), { exitCode: 3, stderr }, String(stderr));
    t.match(await changeTo("external"), { exitCode: 2, stderr: /it needs REDIS_URL/ });
    await refused(/WRONGPASS/, { REDIS_PASSWORD_FILE: `${dir}/wrong` });
    await refused(/self.signed|unable to/, { REDIS_CA_FILE: other["REDIS_CERT_FILE"]! });
    await refused(/hint +rediss:\/\/ is with TLS/, { REDIS_CERT_FILE: "", REDIS_KEY_FILE: "" });
    await refused(/needs a REDIS_URL that starts with rediss/, { REDIS_URL: "redis://192.0.2.1" });
    await configure(host, "maxmemory-policy", "allkeys-lru");
    await configure(host, "appendonly", "no");
    await refused(/allkeys-lru[^]*appendonly no/, {});
    await configure(host, "maxmemory-policy", "noeviction");
    await configure(host, "appendonly", "yes");
    t.match(await status(), { redis: "single", running: 2 });
  });

  test("external: with TLS, a client certificate and a password; the count goes there and back", async (t) => {
    const start = await count();
    const there = await changeTo("external", other);
    t.match(there, { exitCode: 0, stderr: /from single to external/ }, there.stderr);
    t.match(await host.run("status", other), { exitCode: 0, stdout: /^redis +external/m });
    t.equal(await count(), start);
    await outlast(url);
    t.match(await deploy(other), { exitCode: 0, stderr: /^Unchanged in/m });
    t.match(await changeTo("single", other), { exitCode: 0 });
    await stopOutsideRedis(host);
    t.equal(await count(), start + 12);
  });

  test("with PURGE no volume of any mode is left", async (t) => {
    const volumes = [
      "docker",
      "volume",
      "ls",
      "--quiet",
      "--filter",
      "label=com.docker.stack.namespace=counter",
    ];
    const left = async () => (await host.exec(volumes)).stdout.split("\n").filter(Boolean).length;
    t.equal(await left(), 1 + 3 + 6 + 6, "old data stays until then");
    t.match(await host.run("teardown", { YES: "1", PURGE: "1" }), { exitCode: 0 });
    t.equal(await left(), 0);
    await machine.stop();
  });
}
