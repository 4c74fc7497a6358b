import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import t from "tap";
import { noBrowser, open, startBrowser } from "./testing/browser.ts";
import { noRedis, testRedis } from "./testing/redis.ts";
import { call, testApp } from "./testing/service.ts";
import { until } from "./testing/until.ts";

const HOST = "counter.example:8080";
const OWN = `http://${HOST}`;
const OTHER = "https://other.example";

/** Redis is away: what is not refused is answered 503, or 405 where no such method is. */
const cases: [number, string, Record<string, string>][] = [
  [503, "a program", {}],
  [503, "its own page", { origin: OWN }],
  [503, "its own page, behind TLS", { origin: OWN.replace("http", "https") }],
  [503, "its own page, which the browser knows", { origin: OWN, "sec-fetch-site": "same-origin" }],
  [503, "its own page, where a proxy changes Host", { origin: OTHER, "sec-fetch-site": "same-origin" }],
  [503, "its user", { origin: "null", "sec-fetch-site": "none" }],
  [403, "another site", { origin: OTHER }],
  [403, "another port of its host", { origin: "http://counter.example" }],
  [403, "a page that hides where it is from", { origin: "null" }],
  [403, "no origin at all", { origin: "" }],
  [403, "another site, which the browser knows", { origin: OWN, "sec-fetch-site": "cross-site" }],
  [403, "a neighbour of its domain", { "sec-fetch-site": "same-site" }],
  [403, "a word that no browser says", { "sec-fetch-site": "" }],
];

t.test("pages of other sites change nothing, and programs and its own page do", async (t) => {
  const { app } = await testApp(t, "redis://127.0.0.1:1");
  for (const [status, who, headers] of cases) {
    const url = "/api/counter/increment";
    const response = await app.inject({ method: "POST", url, headers: { host: HOST, ...headers } });
    t.equal(response.statusCode, status, who);
    t.strictSame(Object.keys(response.json()), ["error"]);
    t.equal(response.headers["x-served-by"], "replica-1");
    const read = await app.inject({ url: "/livez", headers: { host: HOST, ...headers } });
    t.equal(read.statusCode, 200, "reading is nobody's business");
  }
  for (const method of ["PUT", "DELETE", "PATCH"] as const) {
    const response = await app.inject({ method, url: "/api/counter", headers: { origin: OTHER } });
    t.equal(response.statusCode, 403, method);
  }
});

t.test("each refusal and each reset leaves a line, and a flood of one hides no other", async (t) => {
  const { app } = await testApp(t, "redis://127.0.0.1:1");
  const logged = t.capture(app.log, "info");
  const url = "/api/counter/reset";
  for (let i = 0; i < 100; i += 1) await app.inject({ method: "POST", url, headers: { origin: OTHER } });
  await app.inject({ method: "POST", url });
  const lines = logged().map(({ args }) => args);
  t.match(lines[0], [{ method: "POST", url, peer: "127.0.0.1", origin: OTHER }, "refused another site"]);
  t.ok(lines.length < 50, `${lines.length} lines`);
  t.strictSame(lines.at(-1), [{ peer: "127.0.0.1" }, "reset"]);
});

t.test(
  "in a browser, over plain HTTP: its own page counts, and no other",
  { skip: noRedis || noBrowser },
  async (t) => {
    const redis = await testRedis(t);
    const { url } = await testApp(t, redis.url);
    const own = url.replace("127.0.0.1", "counter.test");
    const server = createServer((_request, response) => {
      response.setHeader("content-type", "text/html").end("<title>Another site</title>");
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    t.teardown(() => server.close());
    const { port } = server.address() as AddressInfo;
    const browser = await startBrowser(t);
    const other = await open(browser, `http://other.test:${port}`);
    for (const options of ["", 'referrerPolicy: "no-referrer"', "keepalive: true"])
      await other.page.evaluate(
        `fetch("${own}/api/counter/increment", { method: "POST", mode: "no-cors", ${options} })`,
      );
    const { page } = await open(browser, own);
    await page.getByRole("button", { name: "Add one", exact: true }).click();
    await until("its own page counts", 2000, async () => (await call(url, "/api/counter")).body.value === 1);
  },
);
