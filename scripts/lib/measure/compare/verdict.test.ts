import { median } from "simple-statistics";
import t from "tap";
import { methodOf } from "../../testing/known-comparison.ts";
import type { ArmResult, Figures } from "./comparison.ts";
import type { Limit } from "./limit.ts";
import { LENGTHS } from "./plan.ts";
import { findingOf, pairedRatio } from "./statistics.ts";
import { headlineOf, remarksOf, sentenceOf } from "./verdict.ts";

const BUSY: Limit = { what: "machine", text: "both cores were busy" };
const STARVED: Limit = { what: "generator", text: "the generator could send no more, since it was full" };

/** As much of an arm as a verdict takes. */
function armOf(replicas: number, rates: number[], limit = BUSY, cutShort = 0): ArmResult {
  const arm = { name: `swarm ${replicas}`, orchestrator: "swarm", replicas, twin: false, runs: rates.length };
  const cores = { generator: 0 };
  const strain = { busiest: 0, throttled: 0, kernel: 0 };
  return { ...arm, rates, rate: median(rates), limit, cutShort, cores, strain } as unknown as ArmResult;
}

/** Their difference is told as a comparison would. */
function figuresOf(base: ArmResult, other: ArmResult): Figures {
  const pairs = base.rates.map((rate, index): [number, number] => [rate, other.rates[index]!]);
  const rate = pairedRatio(
    pairs.filter(([a, b]) => a > 0 && b > 0),
    1,
  );
  const names = { base: base.name, other: other.name };
  const differences = rate ? [{ ...names, rate, p50: rate, p99: rate, finding: findingOf(rate, 1) }] : [];
  const method = methodOf([base.replicas, other.replicas], base.rates.length, 100, LENGTHS);
  return { method, idle: [], arms: [base, other], differences, usl: {}, runs: [] };
}

const SIX = [1000, 1010, 990, 1005, 995, 1000];
const SLOWER = SIX.map((rate) => rate * 0.7);

t.test("what replicas bought is told where the counter was the limit", async (t) => {
  const less = headlineOf(figuresOf(armOf(1, SIX), armOf(4, SLOWER)));
  t.match(
    less,
    /^Four .*\(700 against 1,000 requests a second\): both cores.*bought availability, not speed\.$/,
  );
  t.match(headlineOf(figuresOf(armOf(1, SLOWER), armOf(4, SIX))), /bought speed\.$/);
});

t.test("where the generator was the limit, a rate is the least, and nothing was bought", async (t) => {
  const other = headlineOf(figuresOf(armOf(1, SIX), armOf(4, SLOWER, STARVED, 6)));
  t.match(other, /\(at least 700 against 1,000 requests a second\): the generator could send no more/);
  t.notMatch(other, /bought/);
  const base = headlineOf(figuresOf(armOf(1, SIX, BUSY, 1), armOf(4, SIX)));
  t.match(base, /\(1,000 against at least 1,000 requests a second\)/);
  t.notMatch(base, /bought/);
});

/** What is said of one size, slower on k3s than on Docker Swarm. */
function onBoth(replicas: number): string {
  const other: ArmResult = { ...armOf(replicas, SLOWER), name: `k3s ${replicas}`, orchestrator: "k3s" };
  const figures = figuresOf(armOf(replicas, SIX), other);
  return sentenceOf(figures.differences[0]!, figures);
}

t.test("the same size on another orchestrator is told as such", async (t) => {
  t.match(onBoth(1), /^One replica on k3s held 0\.70 times .* what it held on Docker Swarm \(700 against/);
  t.match(onBoth(4), /^Four replicas on k3s held .* what they held on Docker Swarm \(700 against/);
  t.notMatch(onBoth(4), /bought/);
});

t.test("a size that held nothing is said to, and so are rounds that no ratio has", async (t) => {
  const nothing = figuresOf(
    armOf(1, SIX),
    armOf(
      4,
      SIX.map(() => 0),
    ),
  );
  t.equal(headlineOf(nothing), "swarm 4 held nothing: no rate that was tried met the objective.");
  t.same(remarksOf(nothing, false), [], "and is not said twice");
  const none = figuresOf(
    armOf(
      1,
      SIX.map(() => 0),
    ),
    armOf(4, SIX),
  );
  t.match(headlineOf(none), /^swarm 1 held nothing: /);
  const some = figuresOf(armOf(1, SIX), armOf(4, [0, 700, 700, 0, 700, 700]));
  t.match(headlineOf(some), /^Four replicas held 0\.70 times/);
  t.match(remarksOf(some, false), [/^swarm 4 held nothing in 2 of 6 runs, which are in no ratio: /]);
});
