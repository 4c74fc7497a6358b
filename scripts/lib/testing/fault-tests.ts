import type { Test } from "tap";
import { sendMalformed } from "../../../checks/malformed/send.ts";
import { until } from "../run/wait.ts";
import { printed, type TestHost } from "./host.ts";
import type { Machine } from "./machine.ts";
import type { Side } from "./sides.ts";
import { outlast, startTraffic } from "./traffic.ts";

/** A deployment that runs, as the list of end-to-end tests has it. */
interface Scene {
  side: Side;
  machine: Machine;
  host: TestHost;
  url: string;
  port: string;
  count: () => Promise<number>;
}

interface FaultTest {
  name: string;
  run: (t: Test, scene: Scene) => Promise<void>;
}

/** Ends the containers in which a program runs, whether it is their first process or the child of that. */
const KILL_CONTAINER = `for pid in $(pidof $1); do
  parent=$(ps -o ppid= -p $pid | tr -d ' ')
  grep -q keep-running /proc/$parent/cmdline && kill -KILL $parent || kill -KILL $pid
done`;
/** Until writes are back when a server was killed that its container keeps running, in milliseconds. */
const AT_ONCE = 2000;
const MALFORMED = 5000;
const SEED = 7;

/** What must not harm a deployment, or only for a moment. */
export const faultTests: FaultTest[] = [
  {
    name: "malformed requests at the front door: none fails it, misleads others or counts",
    run: async (t, { machine, port, count }) => {
      const start = await count();
      const report = await sendMalformed({ host: machine.address, port: Number(port) }, MALFORMED, SEED);
      t.match(report, { sent: MALFORMED, faulty: 0, misled: [] }, JSON.stringify(report));
      t.equal(await count(), start);
    },
  },
  {
    name: "the container of Redis is killed: the door says so and when to come again, and writes are soon back",
    run: async (t, { side, host, url, count }) => {
      const start = await count();
      await host.exec(["sh", "-c", KILL_CONTAINER, "sh", "redis-server"]);
      const { ms, acknowledged, answers } = await outlast(url);
      t.ok(answers.length > 0, "it was away");
      t.same(
        [...new Set(answers)].filter((answer) => !/^503 1 \{"error":"[^"]+"\}$/.test(answer)),
        [],
      );
      t.ok(ms < side.redisBack, `back after ${Math.round(ms)} ms`);
      t.equal(await count(), start + acknowledged, "nothing was lost, and nothing counted twice");
    },
  },
  {
    name: "Redis and the proxy themselves are killed: they run again at once, and nothing that was acknowledged is lost",
    run: async (t, { side, host, url, count }) => {
      for (const server of side.keptRunning) {
        const start = await count();
        const before = (await host.exec(["pidof", server])).stdout;
        await host.exec(["pkill", "-KILL", "-x", server]);
        const { ms, acknowledged } = await outlast(url);
        t.ok(ms < AT_ONCE, `${server} is back after ${Math.round(ms)} ms`);
        t.not((await host.exec(["pidof", server])).stdout, before, "it is another process");
        t.equal(await count(), start + acknowledged, "nothing was lost, and nothing counted twice");
      }
    },
  },
  {
    name: "a replica is killed: it comes back, and every acknowledged increment counts",
    run: async (t, { side, host, url, count }) => {
      const start = await count();
      const traffic = startTraffic(url);
      await host.exec(["pkill", "-KILL", "-o", "-f", "^node server.mjs"]);
      const wait = { what: "the replica is not back", deadline: 30 };
      await until(wait, async () => (await host.run("status")).exitCode === 0);
      const { acknowledged, failures } = await traffic.stop();
      const extra = (await count()) - start - acknowledged;
      t.ok(extra >= 0 && extra <= failures.length, `${acknowledged} acknowledged, ${failures.length} failed`);
      t.ok(failures.length <= side.failuresOfKill, failures.join("; "));
    },
  },
  {
    name: "two runs at once: the second is refused; a killed one leaves no lock",
    run: async (t, { side, host, port: PORT }) => {
      const scaling = host.start("scale", { REPLICAS: "3" });
      await printed(scaling, "] Scale ");
      t.match(await host.run(`deploy-${side.name}`, { PORT }), {
        exitCode: 6,
        stderr: /the lock: make scale, process \d+/,
      });
      await scaling.kill("SIGKILL");
      await scaling;
      t.match(await host.run("scale", { REPLICAS: "4" }), { exitCode: 0 });
    },
  },
  {
    name: "a port that is taken is refused, naming who holds it, and nothing changes",
    run: async (t, { side, host }) => {
      const holder = host.exec([
        "node",
        "-e",
        "require('net').createServer().listen(8081, () => console.error('up'))",
      ]);
      await printed(holder, "up");
      const running = await side.running(host);
      const refused = { exitCode: 3, stderr: /8081 is held by node\S* \(process \d+\)/ };
      t.match(await host.run(`deploy-${side.name}`, { PORT: "8081" }), refused);
      t.match(await host.run("provision", { PORT: "8081", ORCHESTRATOR: side.name }), refused);
      t.same(await side.running(host), running);
      await holder.kill();
      await holder;
    },
  },
  {
    name: "an engine that stops in the middle, and is away: an error with a hint; a rerun completes",
    run: async (t, { side, machine, host, port: PORT }) => {
      const deployVerb = `deploy-${side.name}`;
      await host.edit("service/page/index.html", "<title>Counter 3</title>", "<title>Counter 4</title>");
      const deploy = host.start(deployVerb, { PORT });
      await printed(deploy, "] Deploy ");
      await side.halt(machine, host);
      t.match(await deploy, { exitCode: 1, stderr: /does not answer[^]*hint +make provision/ });
      t.match(await host.run(deployVerb, { PORT }), { exitCode: 3, stderr: side.away });
      t.match(await host.run("scale", { REPLICAS: "2" }), { exitCode: 1, stderr: /hint +make provision/ });
      await side.resume(machine, host);
      t.match(await host.run(deployVerb, { PORT }), { exitCode: 0 });
      t.match(await host.run("smoke"), { exitCode: 0 });
    },
  },
];
