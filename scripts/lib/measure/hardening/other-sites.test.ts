import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import t, { type Test } from "tap";
import { freePort, startNode, startRedis } from "../local.ts";
import { lookAtOtherSites } from "./other-sites.ts";

/** A counter that counts whatever it is sent, and answers it with this status. */
async function openCounter(t: Test, status: number): Promise<string> {
  let value = 7;
  const server = createServer(({ method }, response) => {
    if (method === "POST") value += 1;
    response.writeHead(method === "POST" ? status : 200).end(JSON.stringify({ value }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

t.test("the counter refuses pages of other sites, and one that does not is missed", async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis[Symbol.dispose]());
  const replica = await startNode("service/server.ts", { REDIS_URL: `redis://127.0.0.1:${redis.port}` });
  t.teardown(() => replica[Symbol.dispose]());
  const door = `http://127.0.0.1:${replica.port}`;
  t.match(await lookAtOtherSites(door), { met: true, seen: "answers 403, 403; count 0, then 0" });

  const open = await lookAtOtherSites(await openCounter(t, 200));
  t.match(open, { met: false, seen: "answers 200, 200; count 7, then 9" });
  t.match(await lookAtOtherSites(await openCounter(t, 403)), {
    met: false,
    seen: /403, 403; count 7, then 9/,
  });
  t.match(await lookAtOtherSites(`http://127.0.0.1:${await freePort()}`), { met: false, seen: /unknown/ });
});
