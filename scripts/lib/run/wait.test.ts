import t from "tap";
import { until } from "./wait.ts";

t.test("it gives what the probe finds, and asks no further", async (t) => {
  let asked = 0;
  t.equal(
    await until({ what: "nothing", deadline: 5 }, async () => (++asked === 2 ? "found" : undefined)),
    "found",
  );
  t.equal(asked, 2);
});

t.test("at the deadline it fails with what was seen last", async (t) => {
  const wait = { what: "not ready", deadline: 0.5, seen: () => "1/4", hint: "make logs" };
  const failure = { code: 5, message: "not ready after 0.5s (1/4)", details: { hint: "make logs" } };
  await t.rejects(
    until(wait, async () => false),
    failure,
  );
});

t.test("what the probe throws ends the wait", async (t) => {
  await t.rejects(
    until({ what: "nothing", deadline: 5 }, () => Promise.reject(new Error("hopeless"))),
    { message: "hopeless" },
  );
});
