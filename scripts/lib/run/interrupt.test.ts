import t from "tap";
import { Failure } from "./failure.ts";
import { catchSignals, despiteInterrupt, ending, interruptible, interruption } from "./interrupt.ts";
import { within } from "./progress.ts";
import { toFailure } from "./shell.ts";
import { until } from "./wait.ts";

const soon = () => until({ what: "nothing", deadline: 5 }, async () => "found");
const begin = () => within(() => {}).step("a step", async () => ({ note: "done" }));

t.test("one action alone is interrupted, and nothing beside it", async (t) => {
  const stop = new AbortController();
  const reason = new Failure("stopped");
  const action = interruptible(stop.signal, async () => {
    t.equal(await soon(), "found", "before");
    stop.abort(reason);
    t.equal(ending().reason, reason);
    t.equal(toFailure(new Error("whatever was running")), reason);
    await despiteInterrupt(async () => {
      t.equal(await soon(), "found", "what puts things back goes on");
      t.ok(ending().aborted, "and can see that it was interrupted");
    });
    return soon();
  });
  await t.rejects(action, reason);
  t.equal(await soon(), "found", "beside it");
  t.notOk(interruption.aborted);
});

t.test("an interruption ends what goes on, but not what puts things back", async (t) => {
  catchSignals();
  t.equal(await soon(), "found", "before");
  process.emit("SIGINT");
  const reason = { message: "interrupted by SIGINT" };
  await t.rejects(soon(), reason);
  await t.rejects(async () => begin(), reason);
  t.match(toFailure(new Failure("why")), reason);
  await despiteInterrupt(async () => {
    t.equal(await soon(), "found");
    t.match(await begin(), { note: "done" });
    t.match(toFailure(new Failure("why")), { message: "why" }, "and its own failures are told");
  });
  await t.rejects(soon(), reason, "after");
  const action = interruptible(new AbortController().signal, soon);
  await t.rejects(action, reason, "and an action that may be interrupted alone");
});
