import t from "tap";
import { unlessTimedOut, until } from "./wait.ts";

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

t.test("a wait that may run out of time gives nothing then, and throws what else ended it", async (t) => {
  const wait = { what: "nothing", deadline: 0.1 };
  t.equal(await unlessTimedOut(until(wait, async () => "found")), "found");
  t.equal(await unlessTimedOut(until(wait, async () => false)), undefined);
  const hopeless = until(wait, () => Promise.reject(new Error("hopeless")));
  await t.rejects(unlessTimedOut(hopeless), { message: "hopeless" });
});
