// Black-box checks of a running deployment: BASE_URL is its front door, REPLICAS how many shall answer.
// Whoever runs them puts the count back, and they never reset one that is too large for that. A target that does not
// answer is a failure, never a skip. Where Redis are not synchronised there is no one count, and nothing is changed.

import t from "tap";
import { ask, askMany, counter, frontDoor } from "./front-door.ts";

const replicas = Number(process.env["REPLICAS"] ?? 4);
const { redis } = (await ask("GET", "/version")).body;
const apart = redis === "independent" && "each Redis counts for itself";
const found = await counter();
/** As many increments as putting a count back may cost. */
const RESTORABLE = 1000;
const skip =
  apart || (found > RESTORABLE && `it resets the counter, and the count of ${found} shall not be lost`);

t.test("health: alive and ready", async (t) => {
  for (const path of ["/livez", "/readyz"]) {
    const { status, headers } = await ask("GET", path);
    t.equal(status, 200, `GET ${path}`);
    t.equal(headers["cache-control"], "no-store");
  }
});

t.test("contract: the routes answer {value}, and change it by one", { skip: apart }, async (t) => {
  t.same((await ask("POST", "/api/counter/increment")).body, { value: found + 1 });
  t.same((await ask("GET", "/api/counter")).body, { value: found + 1 });
  t.same((await ask("POST", "/api/counter/decrement")).body, { value: found });
});

t.test("contract: a reset is zero, and nothing is below", { skip }, async (t) => {
  t.same((await ask("POST", "/api/counter/reset")).body, { value: 0 });
  t.same((await ask("POST", "/api/counter/decrement")).body, { value: 0 });
});

t.test("contract: what is not there is an error in JSON", async (t) => {
  const { status, body } = await ask("GET", "/api/nothing");
  t.equal(status, 404);
  t.type(body.error, "string");
});

t.test(`replicas: all ${replicas} answer, with one version`, async (t) => {
  const answers = await askMany(10 * replicas, "GET", "/version");
  t.equal(new Set(answers.map(({ headers }) => headers["x-served-by"])).size, replicas);
  t.equal(new Set(answers.map(({ body }) => body.version)).size, 1);
});

t.test("one count: what every replica adds, every replica sees", { skip: apart }, async (t) => {
  const rounds = 25 * replicas;
  const start = await counter();
  const adds = await askMany(rounds, "POST", "/api/counter/increment");
  t.equal(new Set(adds.map(({ body }) => body.value)).size, rounds, "no value was given twice");
  t.equal(new Set(adds.map(({ headers }) => headers["x-served-by"])).size, replicas, "every replica added");
  const reads = await askMany(5 * replicas, "GET", "/api/counter");
  t.same(
    new Set(reads.map(({ body }) => body.value)),
    new Set([start + rounds]),
    "every replica reads the sum",
  );
});

t.test("floor: 200 competing decrements from 50 stop at zero", { skip }, async (t) => {
  await ask("POST", "/api/counter/reset");
  await askMany(50, "POST", "/api/counter/increment");
  const values = await askMany(200, "POST", "/api/counter/decrement");
  t.notOk(values.some(({ body }) => Number(body.value) < 0));
  t.equal(await counter(), 0);
});

t.test("page: it loads with its assets, and with a strict policy", async (t) => {
  const page = await ask("GET", "/");
  t.equal(page.status, 200);
  t.match(page.headers["content-type"], /^text\/html/);
  t.match(page.headers["content-security-policy"], /default-src 'none'/);
  const assets = [...page.text.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, path = ""]) => path);
  t.ok(assets.length > 0, "it has a script and a style");
  for (const path of assets) {
    t.equal(new URL(path, frontDoor).host, frontDoor.host, `${path} is here`);
    t.equal((await ask("GET", path)).status, 200, `GET ${path}`);
  }
});
