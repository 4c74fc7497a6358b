import type { Ledger } from "./ledger.ts";
import { ledgerLine } from "./ledger.ts";
import type { Statistics } from "./statistics.ts";

/** Who used how much: cores, as a mean over the run. */
export interface Cores {
  generator: number;
  /** The process that reads and keeps the samples. */
  recorder?: number;
  proxy?: number;
  replicas?: number;
  redis?: number;
  orchestrator?: number;
  /** Whatever else runs on the machine, its kernel included. */
  others?: number;
  /** What the machine that this one is a guest of gave to others. */
  steal?: number;
  /** Of the whole machine, nobody's. */
  idle?: number;
}

/** One step of a `max` run, as far as it is judged. */
export interface Step {
  /** Requests a second that were asked for. */
  rate: number;
  statistics: Pick<Statistics, "seconds" | "all">;
  dropped: number;
  cores: Cores;
}

/** Met or broke the objective; or void: it says something about the generator, and nothing about the counter. */
export interface Verdict {
  state: "met" | "broke" | "void";
  why: string;
}

/** Where the generator can be the limit: the built-in one has one thread, k6 has as many as there are cores. */
export interface Limits {
  threads: "one" | "many";
}

/** Less than this share of the rate is not the rate. */
const SENT_ENOUGH = 0.95;
/** Of a core: above, a generator measures itself [k6's documentation on large tests]. */
const BUSY = 0.8;
/** Cores that nobody uses: with less there is nothing left that a generator of many threads could have had. */
export const SPARE = 0.2;

/** Whether the generator can send no more, whatever the target could do. */
export const generatorIsLimit = ({ generator, idle = 0 }: Cores, { threads }: Limits): boolean =>
  generator > BUSY && (threads === "one" || idle < SPARE);

/** Judges a step by the objective: the p99 in milliseconds, and no failure. */
export function judgeStep({ rate, statistics, dropped, cores }: Step, p99: number, limits: Limits): Verdict {
  const { all } = statistics;
  const voids = [
    dropped > 0 && `${dropped.toLocaleString("en")} requests were dropped`,
    all.rate < SENT_ENOUGH * rate && `${Math.round((100 * all.rate) / rate)} % of the rate was sent`,
    generatorIsLimit(cores, limits) &&
      `the generator used ${cores.generator.toFixed(2)} cores, and was the limit`,
  ].filter((why) => why !== false);
  // A failed request is the counter's doing, whatever the generator was at.
  if (all.failed > 0) return { state: "broke", why: `${all.failed.toLocaleString("en")} requests failed` };
  if (voids.length > 0) return { state: "void", why: voids.join(", ") };
  if (all.times.p99 > p99) return { state: "broke", why: `p99 of ${all.times.p99.toFixed(1)} ms` };
  return { state: "met", why: "" };
}

/** The highest rate that met the objective, if any did; void steps count for nothing. */
export function highestMet<T extends { rate: number; verdict: Verdict }>(steps: T[]): T | undefined {
  return steps.filter(({ verdict }) => verdict.state === "met").toSorted((a, b) => b.rate - a.rate)[0];
}

/** A requirement of a run, and what came of it. */
export interface Threshold {
  name: string;
  met: boolean;
  /** What was measured. */
  seen: string;
}

/** Holds a run against what is required of it: no failure, and a p95 in milliseconds. */
export function thresholds({ all, serverErrors }: Statistics, p95: number, ledger?: Ledger): Threshold[] {
  const list = [
    { name: "requests were answered", met: all.requests > 0, seen: all.requests.toLocaleString("en") },
    { name: "none failed", met: all.failed === 0, seen: all.failed.toLocaleString("en") },
    { name: "no 5xx", met: serverErrors === 0, seen: serverErrors.toLocaleString("en") },
    { name: `p95 <= ${p95} ms`, met: all.times.p95 <= p95, seen: `${all.times.p95.toFixed(1)} ms` },
  ];
  if (ledger) list.push({ name: "acknowledged = counted", met: ledger.right, seen: ledgerLine(ledger) });
  return list;
}
