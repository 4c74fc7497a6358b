// Ports of 127.0.0.1, and what listens on them: servers of the tests' own, a replica and a Redis.

import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import t from "tap";
import { startNode, startRedis } from "../local.ts";
import { confinedIn } from "./processes.ts";
import { openPorts } from "./ports.ts";

t.test("every open port is found, and the counter and its Redis are known by what they answer", async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis[Symbol.dispose]());
  const replica = await startNode("service/server.ts", { REDIS_URL: `redis://127.0.0.1:${redis.port}` });
  t.teardown(() => replica[Symbol.dispose]());
  const server = createServer((socket) => socket.on("error", () => {}).end("220 mail\r\n"));
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const open = new Map((await openPorts("127.0.0.1")).map((one) => [one.port, one.ours]));
  t.equal(open.get(redis.port), true);
  t.equal(open.get(replica.port), true);
  t.equal(open.get(port), false);
});

t.test("what the kernel says of a process is read: of this one, that nothing shuts it in", async (t) => {
  const [mine] = await confinedIn({ name: "this", pid: process.pid });
  t.match(mine, { container: "this", noNewPrivileges: false, readOnly: false });
  t.equal(mine!.users[1], process.geteuid!());
});
