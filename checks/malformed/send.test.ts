// Malformed requests to one replica, and to servers that do what they must not.

import { readFileSync } from "node:fs";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import t, { type Test } from "tap";
import { startNode, startRedis } from "../../scripts/lib/measure/local.ts";
import { malformed } from "./corpus.ts";
import { sendMalformed } from "./send.ts";

const COUNT = 5000;
const SEED = 1;
/** Without a bound the heap grows as it likes, as long as there is room. */
const BOUNDED = "--max-semi-space-size=4 --max-old-space-size=64";
/** KiB; that much comes and goes. */
const MEMORY = 15_000;
const host = "127.0.0.1";

t.test(
  "5,000 malformed requests neither fail a replica nor mislead others, and its memory stays",
  async (t) => {
    const redis = await startRedis();
    t.teardown(() => redis[Symbol.dispose]());
    const env = { REDIS_URL: `redis://${host}:${redis.port}`, NODE_OPTIONS: BOUNDED };
    const replica = await startNode("service/server.ts", env);
    t.teardown(() => replica[Symbol.dispose]());
    const target = { host, port: replica.port };
    await sendMalformed(target, COUNT, SEED);
    const before = memoryOf(replica.pid);
    const { sent, faults, misled, asked, statuses } = await sendMalformed(target, COUNT, SEED + 1);
    t.equal(sent, COUNT);
    t.same(faults, [], "no 5xx, no connection that hangs");
    t.ok(asked > 10, `${asked} requests of others`);
    t.same(misled, []);
    const refused = Object.values(statuses).reduce((sum, its) => sum + (its["400"] ?? 0), 0);
    t.ok(refused > COUNT / 2, JSON.stringify(statuses));
    const grown = memoryOf(replica.pid) - before;
    t.ok(grown < MEMORY, `${grown} KiB more`);
    const counter = await fetch(`http://${host}:${replica.port}/api/counter`);
    t.same(await counter.json(), { value: 0 }, "none of them counted");
  },
);

t.test("a seed gives the same requests, and another gives others", async (t) => {
  t.same(bytes(1), bytes(1));
  t.notSame(bytes(1), bytes(2));
  t.equal(bytes(1).length, 500);
});

t.test("a server that fails, hangs or misleads is found", async (t) => {
  const failing = await serve(t, (_request, response) => response.writeHead(500).end());
  t.match(await sendMalformed(failing, 20, SEED), { faults: [{ what: "answered 500" }] });
  const other = await serve(t, alive('{"status":"of another"}'));
  t.match(await sendMalformed(other, 20, SEED), { misled: [/^GET \/livez: 200 .*another/] });
  const ending = await serve(t, alive("once"));
  ending.server.once("request", () => ending.server.close());
  const { sent, faulty, faults } = await sendMalformed(ending, 500, SEED);
  t.equal(sent, 500);
  t.ok(faulty > 0, "it went away in the middle");
  t.match(faults[0], { what: /ECONNREFUSED|ECONNRESET/ });
  const gone = await serve(t, alive(""), true);
  await t.rejects(sendMalformed(gone, 20, SEED), /ECONNREFUSED/);
});

t.test("a server that takes what is hidden in a request for another one is found, twice over", async (t) => {
  let count = 0;
  // It believes what other readers do not, as a proxy and a server that differ do.
  const misled = await serve(t, counting, false, { insecureHTTPParser: true });
  function counting(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === "/api/counter/increment") count++;
    request.resume();
    response.end(request.url === "/livez" ? '{"status":"alive"}' : "{}");
  }
  const { faults } = await sendMalformed(misled, 200, SEED);
  t.match(faults, [{ kind: "two lengths", request: /increment/, what: "answered 200, 200" }]);
  t.ok(count > 0, "and in the count");
});

const bytes = (seed: number) => [...malformed(500, seed)].map((one) => one.bytes.toString("hex"));
const alive =
  (text: string): RequestListener =>
  (_request, response) =>
    response.end(text);

async function serve(t: Test, listener: RequestListener, close = false, options: ServerOptions = {}) {
  const server = createServer(options, listener).listen(0, host);
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  if (close) server.close();
  else t.teardown(() => server.close());
  return { host, port, server };
}

/** KiB that a process has in memory. */
const memoryOf = (pid: number) =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]);
