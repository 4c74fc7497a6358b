import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { printed } from "./host.ts";
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
    name: "nobody is asked for an image when a task starts: whoever answered would decide what runs",
    run: async (t, { host }) => {
      // On the port that the application's image is named after.
      const registry = host.exec(["node", "--eval", REGISTRY]);
      await printed(registry, "listens");
      t.match(await host.run("scale", { REPLICAS: "5" }), { exitCode: 0 });
      t.match(await host.run("scale", { REPLICAS: "4" }), { exitCode: 0 });
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
