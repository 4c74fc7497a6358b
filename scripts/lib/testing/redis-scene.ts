import type { Test } from "tap";
import { until } from "../run/wait.ts";
import type { TestHost } from "./host.ts";
import type { Machine } from "./machine.ts";
import { runScript } from "./parts.ts";
import type { Side } from "./sides.ts";
import { countAt, outlast } from "./traffic.ts";

const PORT = "8080";
/** Until writes are back when the master is away, in milliseconds. */
const FAILOVER = 5000;

export type RedisScene = ReturnType<typeof redisScene>;

/** A deployment whose Redis is run in one way after the other, and what is done to it. */
export function redisScene(
  { name: platform, parts: { pids, inside, volumes, restart: restartAll } }: Side,
  machine: Machine,
  host: TestHost,
) {
  const url = `http://${machine.address}:${PORT}`;
  const deploy = (variables: Record<string, string> = {}) =>
    host.run(`deploy-${platform}`, { PORT, ...variables });
  const changeTo = (REDIS: string, more = {}) => deploy({ REDIS, YES: "1", ...more });
  const status = async () => JSON.parse((await host.run("status", { JSON: "1" })).stdout);
  const count = () => countAt(url);
  /** Waits until nothing is missing, and returns the name of the master, or of the first of them. */
  const whole = async () => {
    await until({ what: "Redis is not whole", deadline: 60 }, async () => {
      return (await host.run("status")).exitCode === 0;
    });
    return (await status()).servers.find(({ role }: { role: string }) => role === "master").name;
  };
  const execute = (part: string, command: string) =>
    runScript(host, inside, part, `REDISCLI_AUTH=$(cat $REDIS_PASSWORD_FILE) ${command}`);
  /** The names of the servers that give an answer to a command. */
  const serversWhere = async (command: string, answer: RegExp) => {
    const names = ((await status()).servers as { name: string }[]).map(({ name }) => name);
    const answers = await Promise.all(names.map((name) => execute(name, command)));
    return names.filter((_, at) => answers[at]!.ok && answer.test(answers[at]!.stdout));
  };
  /** Waits until nothing is missing, and returns the name of the node that has the count: the others send one to it. */
  const keeper = async () => {
    await whole();
    return (await serversWhere("redis-cli -e get counter:value", /^\d/))[0]!;
  };
  /** The name of the node of a cluster that follows another one. */
  const replicaOf = async (master: string) => {
    const { stdout: id } = await execute(master, "redis-cli cluster myid");
    const following = new RegExp(`myself,slave ${id.trim()} `);
    return (await serversWhere("redis-cli cluster nodes", following))[0]!;
  };
  const signal = async (name: string, ...parts: string[]) => {
    const found = await Promise.all(parts.map((part) => runScript(host, pids, part)));
    const all = found.flatMap(({ stdout }) => stdout.split("\n").filter(Boolean));
    await host.exec(["kill", "-s", name, ...all]);
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
  /** Kills one whose volume has nothing any more. */
  const loseData = async (t: Test, name: string) => {
    await execute(name, "rm -rf /data/*");
    await outage(t, "KILL", name);
  };
  /** Ends all of it at once, and starts it again. */
  const restart = async (t: Test) => {
    const start = await count();
    await restartAll(machine, host);
    await whole();
    const begin = performance.now();
    t.equal(await count(), start, "the count is what it was");
    t.comment(`the front door says so after ${Math.round(performance.now() - begin)} ms`);
  };
  const provision = () => host.run("provision", { PORT, ORCHESTRATOR: platform });
  /** Backs the count up, counts on, and restores it. The variables say where an external Redis is. */
  const backUpAndRestore = async (t: Test, variables: Record<string, string> = {}) => {
    const start = await count();
    const backup = await host.run("backup", { DRILL: "1", ...variables });
    t.match(backup, { exitCode: 0 }, backup.stderr);
    await outlast(url);
    t.not(await count(), start);
    const restore = await host.run("restore", { FILE: backup.stdout.trim(), YES: "1", ...variables });
    t.match(restore, { exitCode: 0 }, restore.stderr);
    t.equal(await count(), start);
  };
  return {
    machine,
    host,
    url,
    provision,
    deploy,
    changeTo,
    status,
    count,
    whole,
    signal,
    execute,
    keeper,
    replicaOf,
    volumes: async () => (await runScript(host, volumes)).stdout.split("\n").filter(Boolean),
    backUpAndRestore,
    outage,
    loseData,
    restart,
  };
}
