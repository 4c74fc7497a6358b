import t from "tap";
import { noRedis, testRedis } from "./testing/redis.ts";
import { call, testApp } from "./testing/service.ts";

const JSON_TYPE = { "content-type": "application/json" };

t.test("every error is JSON with one text", async (t) => {
  const { app } = await testApp(t, "redis://127.0.0.1:1");
  const cases: [number, string, string, object?][] = [
    [404, "GET", "/nope?x=1"],
    [404, "POST", "/api/counter/double"],
    [404, "GET", "/a*b"],
    [404, "OPTIONS", "/**"],
    [404, "GET", "/:a(b"],
    [405, "PUT", "/api/counter"],
    [405, "GET", "/api/counter/reset"],
    [400, "GET", "/%zz"],
    [400, "POST", "/api/counter/increment", { headers: JSON_TYPE, body: "{" }],
    [415, "POST", "/api/counter/increment", { headers: { "content-type": "text/xml" }, body: "<a/>" }],
    [413, "POST", "/api/counter/increment", { headers: JSON_TYPE, body: `"${"x".repeat(2000)}"` }],
    [503, "POST", "/api/counter/increment"],
    [503, "GET", "/api/counter"],
  ];
  for (const [status, method, url, more] of cases) {
    const response = await app.inject({ method: method as "GET", url, ...more });
    t.equal(response.statusCode, status, `${method} ${url}`);
    t.match(response.headers["content-type"], /^application\/json/);
    t.strictSame(Object.keys(response.json()), ["error"]);
    t.type(response.json().error, "string");
    t.equal(response.headers["x-served-by"], "replica-1");
    t.equal(response.headers["retry-after"], status === 503 ? "1" : undefined);
    if (status === 405) t.match(response.headers["allow"], url === "/api/counter" ? "GET, HEAD" : "POST");
  }
});

t.test("an unexpected error keeps its text to itself", async (t) => {
  const { app } = await testApp(t, "redis://127.0.0.1:1");
  app.redisLink.run = async () => Promise.reject(new Error("inner detail"));
  const response = await app.inject({ url: "/api/counter" });
  t.equal(response.statusCode, 500);
  t.strictSame(response.json(), { error: "Internal error" });
});

t.test("a POST without a body works with any content type", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const { url } = await testApp(t, redis.url);
  const types = [
    "",
    "application/json",
    "application/json; charset=utf-8",
    "application/x-www-form-urlencoded",
  ];
  for (const [i, type] of types.entries()) {
    const headers = type ? { "content-type": type } : {};
    const { body } = await call(url, "/api/counter/increment", { method: "POST", headers });
    t.strictSame(body, { value: i + 1 }, type || "none");
  }
  const { body } = await call(url, "/api/counter/increment", {
    method: "POST",
    headers: JSON_TYPE,
    body: "{}",
  });
  t.strictSame(body, { value: 5 }, "JSON is read and ignored");
});

t.test("every answer names its replica and is not stored", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const { url } = await testApp(t, redis.url);
  for (const path of ["/api/counter", "/livez", "/readyz", "/startupz", "/version", "/nope"]) {
    const { headers } = await call(url, path);
    t.equal(headers.get("x-served-by"), "replica-1", path);
    t.equal(headers.get("cache-control"), "no-store");
    t.equal(headers.get("x-content-type-options"), "nosniff");
  }
});
