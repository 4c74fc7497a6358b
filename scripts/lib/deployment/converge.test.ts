import t from "tap";
import { readSettings } from "../run/settings.ts";
import { converge, unfinished } from "./converge.ts";
import type { Change, Orchestrator, PartState } from "./orchestrator.ts";

const done: PartState = { name: "app", wanted: 4, ready: 4, leaving: 0, settled: true, steadyMs: 0 };
const change: Change = {
  changed: true,
  replaced: [],
  undoable: [],
  created: [],
  before: { parts: {}, processes: [] },
};
const settings = { ...readSettings({}), deadlines: { ...readSettings({}).deadlines, converge: 1 } };

/** One that reports these states, one after the other, and the last one from then on. */
const reporting = (...states: PartState[]) =>
  ({
    states: async () => [states.length > 1 ? states.shift()! : states[0]!],
  }) as unknown as Orchestrator;

t.test("what is not complete is named with what it lacks", async (t) => {
  t.equal(unfinished([done, { ...done, name: "redis" }]), "");
  t.equal(unfinished([{ ...done, ready: 2 }, done]), "app 2/4 ready");
  t.equal(unfinished([{ ...done, leaving: 1 }]), "app 4/4 ready, 1 leaving");
  t.equal(
    unfinished([{ ...done, settled: false, steadyMs: 0 }]),
    "app 4/4 ready",
    "the orchestrator is not done",
  );
});

t.test("it waits until all is complete, and says how far it is", async (t) => {
  const said: string[] = [];
  const orchestrator = reporting({ ...done, ready: 1 }, { ...done, ready: 3, leaving: 1 }, done);
  t.same(await converge(orchestrator, settings, change, (text) => said.push(text)), []);
  t.same(said, ["app 1/4 ready", "app 3/4 ready, 1 leaving", ""]);
});

t.test(
  "it ends at once when the change cannot succeed any more, and at the deadline otherwise",
  async (t) => {
    const failed = reporting({ ...done, ready: 0, failure: "its tasks ended 12 times" });
    await t.rejects(
      converge(failed, settings, change, () => {}),
      { code: 1, message: "its tasks ended 12 times" },
    );
    const slow = reporting({ ...done, ready: 0 });
    const timedOut = { code: 5, message: "rollout not complete after 1s (app 0/4 ready)" };
    await t.rejects(
      converge(slow, settings, change, () => {}),
      timedOut,
    );
  },
);
