import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import t, { type Test } from "tap";
import { verify } from "./front-door.ts";

const expected = { version: "one", replicas: 2 };

/** A front door whose two replicas answer by turns; `status` is what a route answers, and when: 200 if not said. */
async function door(t: Test, status: (url: string, replica: string) => number = () => 200) {
  let turn = 0;
  const asked = new Set<string>();
  const server = createServer(({ url = "" }, response) => {
    const replica = `app.${turn++ % 2}`;
    asked.add(`${url} ${replica}`);
    response.writeHead(status(url, replica)).end(JSON.stringify({ version: "one", replica }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.teardown(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

t.test("a version is good where every replica says it, is ready, and tells the count", async (t) => {
  const { url, asked } = await door(t);
  await verify(url, expected, 5);
  t.same(
    [...asked].toSorted(),
    ["/api/counter", "/readyz", "/version"].flatMap((route) => [`${route} app.0`, `${route} app.1`]),
  );
});

t.test("what is healthy and says its version, and does not count, is no good one", async (t) => {
  const { url } = await door(t, (route) => (route === "/api/counter" ? 500 : 200));
  await t.rejects(verify(url, expected, 1), {
    code: 5,
    message: /one from 2 of 2.*\/api\/counter answered 500/,
  });
});

t.test("nor where that is so of one replica, or one is not ready", async (t) => {
  for (const route of ["/api/counter", "/readyz"]) {
    const { url } = await door(t, (asked, replica) => (asked === route && replica === "app.1" ? 503 : 200));
    await t.rejects(verify(url, expected, 1), { code: 5, message: new RegExp(`${route} answered 503`) });
  }
});

t.test("nor where another version answers, or too few replicas", async (t) => {
  const { url } = await door(t);
  await t.rejects(verify(url, { ...expected, version: "two" }, 1), { message: /one from 2 of 2/ });
  await t.rejects(verify(url, { ...expected, replicas: 3 }, 1), { message: /one from 2 of 3/ });
  await t.rejects(verify(url, { ...expected, replicas: 0 }, 1), { message: /of 0/ });
});
