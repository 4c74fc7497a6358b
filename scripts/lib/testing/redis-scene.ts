import type { Test } from "tap";
import { until } from "../run/wait.ts";
import type { TestHost } from "./host.ts";
import type { Machine } from "./machine.ts";
import { countAt, outlast } from "./traffic.ts";

const PORT = "8080";
/** Until writes are back when the master is away, in milliseconds. */
const FAILOVER = 5000;

export type RedisScene = ReturnType<typeof redisScene>;

/** A Swarm whose Redis is run in one way after the other, and what is done to it. */
export function redisScene(machine: Machine, host: TestHost) {
  const url = `http://${machine.address}:${PORT}`;
  const deploy = (variables: Record<string, string> = {}) => host.run("deploy-swarm", { PORT, ...variables });
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
    const begin = performance.now();
    t.equal(await count(), start, "the count is what it was");
    t.comment(`the front door says so after ${Math.round(performance.now() - begin)} ms`);
  };
  const provision = () => host.run("provision", { PORT });
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
    containers,
    signal,
    outage,
    restart,
  };
}
