import t, { type Test } from "tap";
import { Failure } from "../../run/failure.ts";
import { catchSignals, interruption } from "../../run/interrupt.ts";
import { progress } from "../../run/progress.ts";
import { startLiar } from "../../testing/liar.ts";
import { putBack } from "./put-back.ts";
import type { Subject } from "./subject.ts";

/** A deployment whose count is 12, and was 7; `restored` says what was put back. */
async function subjectOf(t: Test, name: Subject["name"], restored: string[], failure?: Failure) {
  const { url, count } = await startLiar(t, { count: 12 });
  const restore = async () => {
    if (failure) throw failure;
    restored.push(name);
  };
  const rest = { version: "v1", to: async () => {}, disturbed: async () => undefined };
  const subject: Subject = { name, url, counted: 7, before: { replicas: 4, cpus: 0 }, restore, ...rest };
  return { subject, count };
}

t.test("after Ctrl-C, and where the first cannot be put back, all else is", async (t) => {
  const restored: string[] = [];
  const failure = new Failure("the deployment is not as it was after 60s");
  const one = await subjectOf(t, "swarm", restored, failure);
  const two = await subjectOf(t, "k3s", restored);
  catchSignals();
  process.emit("SIGINT");
  t.ok(interruption.aborted);
  const lines: string[] = [];
  const out = { write: (text: string) => lines.push(text) > 0, isTTY: false, columns: 80 };
  t.equal(await putBack([one.subject, two.subject], progress("x", 4, out as NodeJS.WriteStream)), failure);
  t.same(restored, ["k3s"]);
  t.same([one.count(), two.count()], [7, 7]);
  t.match(lines.slice(1), [
    /Put swarm back +failed/,
    / ok .* 5\n$/,
    /Put k3s back +ok .* replicas: 4\n$/,
    / ok /,
  ]);
});
