import t from "tap";
import { Failure } from "./failure.ts";
import { catchSignals, despiteInterrupt } from "./interrupt.ts";
import { within } from "./progress.ts";
import { toFailure } from "./shell.ts";
import { until } from "./wait.ts";

const soon = () => until({ what: "nothing", deadline: 5 }, async () => "found");
const begin = () => within(() => {}).step("a step", async () => ({ note: "done" }));

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
});
