import { writeFileSync } from "node:fs";
import t, { type Test } from "tap";
import { median } from "simple-statistics";
import { EXIT } from "../../run/failure.ts";
import { methodOf } from "../../testing/known-comparison.ts";
import { againstBaseline, readBaseline, requireNoneWorse, SCHEMA } from "./baseline.ts";
import type { ArmResult, Figures } from "./comparison.ts";
import { LENGTHS } from "./plan.ts";

const method = methodOf([1, 4], 5, 100, LENGTHS);
const STEADY = [1000, 1010, 990, 1005, 995];

/** As much of an arm as is held against a baseline. */
function armOf(replicas: number, rates: number[]): ArmResult {
  const times = { p50: 2, p95: 5, p99: 10, p999: 20, max: 30 };
  const users = rates.map(() => times);
  const arm = { name: `swarm ${replicas}`, orchestrator: "swarm" as const, replicas, twin: false };
  const whole = {
    ...arm,
    runs: rates.length,
    rates,
    rate: median(rates),
    users,
    samples: { users: { times } },
  };
  return whole as unknown as ArmResult;
}

const figuresOf = (...arms: ArmResult[]) => ({ method, arms }) as unknown as Figures;

const before = figuresOf(armOf(1, STEADY), armOf(4, STEADY));

/** The folder of a report that says so. */
function reportOf(t: Test, figures: Figures, interrupted = false): string {
  const folder = t.testdir({});
  const whole = { schema: SCHEMA, started: "2026-01-02", interrupted, ...figures };
  writeFileSync(`${folder}/compare.json`, JSON.stringify(whole));
  return folder;
}

function against(t: Test, ...arms: ArmResult[]) {
  const folder = reportOf(t, before);
  return againstBaseline(figuresOf(...arms), readBaseline(folder, method), folder, 5);
}

t.test("what is as it was is not worse", async (t) => {
  const same = against(t, ...before.arms);
  t.match(same.rows, [{ what: "rate" }, { what: "p99" }, { what: "rate" }, { what: "p99" }]);
  t.doesNotThrow(() => requireNoneWorse(same));
});

t.test("a size that holds nothing any more is worse, and the verb fails", async (t) => {
  for (const rates of [
    [0, 0, 0, 0, 0],
    [0, 0, 0, 1000, 1000],
  ]) {
    const found = against(t, armOf(1, STEADY), armOf(4, rates));
    const text = /^swarm 4 held nothing against 1,000 a second, 0\.\d\d times \[/;
    t.match(found.rows[2], { arm: "swarm 4", what: "rate", worse: true, text });
    t.throws(() => requireNoneWorse(found), { code: EXIT.failed, details: { lines: [text] } });
  }
});

t.test("a size of which too few runs count, or none, is worse", async (t) => {
  const few = against(t, armOf(1, STEADY), armOf(4, [1000, 1010]));
  const text = /^swarm 4 has 2 runs that count/;
  t.match(few.rows[2], { arm: "swarm 4", what: "runs", worse: true, text });
  const none = against(t, armOf(1, STEADY));
  t.match(none.rows[2], { arm: "swarm 4", worse: true, text: /^swarm 4 has 0 runs/ });
  t.throws(() => requireNoneWorse(none), { code: EXIT.failed });
});

t.test("where nothing was held before, nothing can be worse", async (t) => {
  const nothing = figuresOf(armOf(1, [0, 0, 0]));
  const rows = (now: number[]) =>
    againstBaseline(figuresOf(armOf(1, now)), { ...earlier, ...nothing }, "", 5).rows;
  const earlier = { schema: SCHEMA, started: "2026-01-02", interrupted: false };
  t.match(rows([0, 0, 0])[0], { worse: false });
  t.match(rows(STEADY)[0], { worse: false });
});

t.test("a baseline that can show nothing is refused", async (t) => {
  const read = (figures: Figures, interrupted?: boolean) =>
    readBaseline(reportOf(t, figures, interrupted), method);
  const usage = { code: EXIT.usage };
  t.throws(() => read(before, true), { ...usage, message: /was interrupted/ });
  const short = figuresOf(armOf(1, STEADY), armOf(4, [1000]));
  t.throws(() => read(short), { ...usage, message: /fewer than 3 runs of swarm 4 that count/ });
  const lost = figuresOf(armOf(1, STEADY));
  t.throws(() => read(lost), { ...usage, message: /fewer than 3 runs of swarm 4/ });
  const limited = { ...before, method: { ...method, limits: { swarm: 0.5 } } };
  t.throws(() => read(limited), {
    ...usage,
    message: /another workload/,
    details: { lines: ['limits: {"swarm":0.5} there, {"swarm":0} here'] },
  });
  const both = { ...method, orchestrators: ["swarm" as const, "k3s" as const], limits: { swarm: 0, k3s: 1 } };
  t.match(
    read({ ...before, method: both }),
    { method: both },
    "what is not measured now need not be the same",
  );
  const other = { ...before, method: { ...method, sizes: [2, 3] } };
  t.throws(() => read(other), { ...usage, message: /none of these sizes, but swarm 2, swarm 3/ });
});
