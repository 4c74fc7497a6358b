import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import t, { type Test } from "tap";
import { countAt, putBack } from "./count.ts";

/** A counter that refuses the first requests. */
async function startCounter(t: Test, count: number, refused: number): Promise<string> {
  const steps: Record<string, number> = { "/api/counter/increment": 1, "/api/counter/decrement": -1 };
  let left = refused;
  const server = createServer(({ url = "" }, response) => {
    if (left-- > 0) return response.writeHead(503).end();
    count += steps[url] ?? 0;
    return response.end(JSON.stringify({ value: count }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

t.test("a count is put back as soon as the counter answers", async (t) => {
  for (const [count, refused] of [
    [131, 0],
    [0, 3],
    [200, 1],
  ] as const) {
    const url = await startCounter(t, count, refused);
    await putBack(url, 31);
    t.equal(await countAt(url), 31, `from ${count}`);
  }
});

t.test("one that cannot be put back is told", async (t) => {
  const url = await startCounter(t, 0, Infinity);
  await t.rejects(putBack(url, 31, 0.5), {
    message: /^the count was 31, and is not put back after 0\.5s \(.* answered 503\)/,
  });
});
