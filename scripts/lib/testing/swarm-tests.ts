import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { View } from "../measure/load/live/view.ts";
import { until } from "../run/wait.ts";
import { printed, type TestHost } from "./host.ts";
import type { OwnTest } from "./list.ts";

const PORT = 8080;
/** More than one address may have, and than the proxy has in all. */
const SLOW_CLIENTS = 9000;
/** What others may wait meanwhile, in milliseconds. */
const PATIENCE = 1000;

/** On the machine itself, and so from another address: prints what was answered, and the longest time. */
const ASK = `
(async () => {
  const statuses = [];
  let slowest = 0;
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    const url = "http://127.0.0.1:${PORT}/api/counter";
    statuses.push(await fetch(url, { headers: { connection: "close" } }).then(({ status }) => status, String));
    slowest = Math.max(slowest, performance.now() - start);
  }
  console.log(JSON.stringify([statuses, slowest]));
})();`;

/** Prints each request for an image. */
const REGISTRY = `require("node:http").createServer(({ method, url }, answer) => {
  console.error(method, url);
  answer.writeHead(404).end();
}).listen(5000, () => console.error("listens"));`;
const IMAGES = `docker service inspect --format '{{.Spec.TaskTemplate.ContainerSpec.Image}}' $(docker service ls --quiet)`;

export const swarmTests: OwnTest[] = [
  {
    name: "a front door that does not answer is reported, and healed by a deployment",
    run: async (t, { host }) => {
      const killed = await host.exec(["pkill", "-KILL", "-f", `docker-proxy .*-host-port ${PORT}`]);
      if (killed.exitCode !== 0) {
        t.pass("the whole test", { skip: "needs Docker's userland proxy" });
        return;
      }
      t.match(await host.run("status"), { exitCode: 1, stdout: /^door +.*ECONNREFUSED/m });
      const deploy = await host.run("deploy-swarm", { PORT: String(PORT) });
      t.match(deploy, { exitCode: 0, stderr: /\] Restart the front door +ok/ }, deploy.stderr);
      t.match(await host.run("status"), { exitCode: 0, stdout: /^door +answers/m });
    },
  },
  {
    name: "a node that takes no tasks is refused; a scale to 0 is not taken over, and tasks that start ask nobody for an image",
    run: async (t, { host }) => {
      const deploy = () => host.run("deploy-swarm", { PORT: String(PORT) });
      const node = (await host.exec(["docker", "info", "--format={{.Swarm.NodeID}}"])).stdout.trim();
      const availability = (word: string) =>
        host.exec(["docker", "node", "update", `--availability=${word}`, node]);
      await availability("pause");
      t.match(await deploy(), { exitCode: 3, stderr: /takes no tasks \(pause\): docker node update/ });
      await availability("active");
      // On the port that the application's image is named after: whoever answered there would decide what runs.
      const registry = host.exec(["node", "--eval", REGISTRY]);
      await printed(registry, "listens");
      await host.exec(["docker", "service", "scale", "counter_app=0"]);
      t.match(await host.run("status"), { exitCode: 1 });
      t.match(await deploy(), { exitCode: 0, stderr: /4\/4 ready/ });
      t.match(await host.run("status"), { exitCode: 0, stdout: /4\/4 running$/m });
      await registry.kill();
      t.notMatch((await registry).stderr, /HEAD|GET/);
      const { stdout } = await host.exec(["sh", "-c", IMAGES]);
      t.same(
        stdout.split("\n").filter((image) => image && !image.startsWith("sha256:")),
        [],
        stdout,
      );
    },
  },
  {
    name: "what another deployment uses stays when one is purged",
    run: async (t, { host }) => {
      await host.exec(["cp", `${host.dir}deploy/settings.yaml`, `${host.dir}deploy/trial.yaml`]);
      await host.edit("deploy/trial.yaml", "name: counter", "name: trial");
      const SETTINGS = `${host.dir}deploy/trial.yaml`;
      const trial = { SETTINGS, PORT: "8099", ORCHESTRATOR: "swarm" };
      t.match(await host.run("provision", trial), { exitCode: 0 });
      const deploy = await host.run("deploy-swarm", { SETTINGS, PORT: "8099", REPLICAS: "1" });
      t.match(deploy, { exitCode: 0 }, deploy.stderr);
      const images = async () =>
        (await host.exec(["docker", "image", "ls", "--quiet"])).stdout.split("\n").toSorted();
      const before = await images();
      const purge = await host.run("teardown", { SETTINGS, YES: "1", PURGE: "1" });
      const left = /Images +unchanged.* left to counter\n.*Docker Swarm +unchanged.* left to counter\n/;
      t.match(purge, { exitCode: 0, stderr: left }, purge.stderr);
      t.same(await images(), before);
      t.match(await host.run("status"), { exitCode: 0 });
    },
  },
  {
    name: "the load page scales from 1 to 4 under a load, and tells of a teardown in the middle",
    run: async (t, { host }) => {
      const run = host.start("load-ui", { GENERATOR: "builtin" });
      await printed(run, "Load page");
      const { sees, ask } = loadPage(host);
      t.match(
        await ask("/scale", { replicas: "21" }),
        /^400 .*REPLICAS is ."21.", not a whole number from 1 to 20/,
      );
      t.match(await ask("/scale", { replicas: "1" }), /^202/);
      await sees("one replica", ({ scale }) => !scale.busy && scale.replicas === 1);
      const load = { profile: "increments", users: "500", rate: "100", duration: "5m", generator: "builtin" };
      t.match(await ask("/start", load), /^202/);
      await sees("an answer", ({ tables }) => tables.replicas.length === 2);
      t.match(await ask("/scale", { replicas: "4" }), /^202/);
      t.match(await ask("/scale", { replicas: "3" }), /^423 .*already/);
      const { charts } = await sees(
        "four",
        ({ scale, tables }) => !scale.busy && tables.replicas.length === 5,
      );
      for (const { svg } of charts)
        t.match(svg, /class="mark".*scaling to 4.*class="mark".*4 replicas serve/);
      t.match(await host.run("teardown", { YES: "1" }), { exitCode: 0 });
      await sees("an alert", ({ alerts }) =>
        alerts.some(({ message }) =>
          /^No request .* has succeeded since .* is not deployed on/.test(message),
        ),
      );
      t.match(await ask("/stop"), /^202/);
      const { result } = await sees("an end", ({ phase }) => phase === "ended");
      t.match(result, {
        verdict: "stopped",
        remarks: [/^scaling to 4, \d+\.\d s after/, /^4 replicas serve, /],
      });
      await host.exec(["pkill", "-INT", "-f", "scripts/load-ui.ts"]);
      t.match(await run, { exitCode: 0 });
      t.match(await host.run("deploy-swarm", { PORT: String(PORT) }), { exitCode: 0 });
    },
  },
  {
    name: "clients that send half a request and wait do not keep others out",
    run: async (t, { host, address }) => {
      const slow = await Promise.all(Array.from({ length: SLOW_CLIENTS }, () => halfRequest(address)));
      const { stdout } = await host.exec(["node", "--eval", ASK]);
      for (const one of slow) one.destroy();
      const [statuses, slowest] = JSON.parse(stdout) as [number[], number];
      t.same([...new Set(statuses)], [200]);
      t.ok(slowest < PATIENCE, `at most ${Math.round(slowest)} ms`);
    },
  },
];

/** A connection that was opened, or refused, and has sent half a request. */
async function halfRequest(host: string): Promise<Socket> {
  const socket = connect(PORT, host).on("error", () => {});
  await Promise.race([once(socket, "connect"), once(socket, "close")]).catch(() => {});
  socket.write("GET /api/counter HTTP/1.1\r\nHost: x\r\n");
  return socket;
}

/** The page of `make load-ui`, asked on the machine where it is open. */
function loadPage(host: TestHost) {
  const program = ["node", `${host.dir}scripts/lib/testing/ask-load-page.ts`, "http://127.0.0.1:8089"];
  const ask = async (path: string, body: Record<string, string> = {}) =>
    (await host.exec([...program, path, JSON.stringify(body)])).stdout;
  const sees = (what: string, seen: (view: View) => boolean) =>
    until({ what: `the page does not show ${what}`, deadline: 90 }, async () => {
      const view = JSON.parse((await host.exec(program)).stdout) as View;
      return seen(view) && view;
    });
  return { ask, sees };
}
