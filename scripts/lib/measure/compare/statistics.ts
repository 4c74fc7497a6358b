import {
  cumulativeStdNormalProbability,
  mean,
  quantileSorted,
  sampleWithReplacement,
} from "simple-statistics";
import { randomOf } from "../../../../checks/random.ts";

/** How often what was measured in some rounds is what was measured in others: a ratio, and how sure it is. */
export interface Estimate {
  /** The geometric mean of the rounds' ratios. */
  ratio: number;
  /** From and to; absent where one round alone was measured. */
  interval?: [number, number];
  /** How often such an interval holds the true ratio, at most: 0.95, and less with fewer than six rounds. */
  level?: number;
  /** The ratios that it is made of: one a round where the rounds are paired, else none. */
  rounds: number[];
}

const LEVEL = 0.95;

/** A ratio with as many digits as say something. */
export const times = (ratio: number) => ratio.toFixed(2);

/** How often an interval holds the true ratio, like "87.5 %". */
export const levelText = (level: number) => `${Number((100 * level).toFixed(2))} %`;

/** An interval as it stands behind its ratio, with its level where that is not the usual one: " [0.69, 0.75; 87.5 %]". */
export function intervalText({ interval, level = LEVEL }: Estimate): string {
  if (!interval) return "";
  const [low, high] = interval.map(times);
  return ` [${low}, ${high}${level < LEVEL ? `; ${levelText(level)}` : ""}]`;
}

/** A ratio with its interval, like "0.72 times [0.69, 0.75]". */
export const estimateText = (estimate: Estimate) => `${times(estimate.ratio)} times${intervalText(estimate)}`;

/** The mean of each entry; one that is missing is zero. */
export function meanOf<T extends object>(rows: T[]): T {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))] as (keyof T)[];
  const values = names.map((name) => [name, mean(rows.map((row) => Number(row[name] ?? 0)))]);
  return Object.fromEntries(values) as T;
}

/** Of the standard normal distribution, for the level. */
const Z = 1.959964;
const RESAMPLES = 10_000;

/** What is left of a list when it is shuffled (Fisher and Yates). */
export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const rest = [...list];
  for (let last = rest.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [rest[last], rest[other]] = [rest[other]!, rest[last]!];
  }
  return rest;
}

/**
 * How many times the second of each pair is the first, over rounds: each round is one observation, whatever the number
 * of its requests. Numbers are above zero. Undefined without a pair.
 */
export function pairedRatio(pairs: readonly [number, number][], seed: number): Estimate | undefined {
  if (pairs.length === 0) return undefined;
  const rounds = pairs.map(([base, other]) => other / base);
  const logs = rounds.map(Math.log);
  const ratio = Math.exp(mean(logs));
  if (rounds.length === 1) return { ratio, rounds };
  const random = randomOf(seed);
  const resampled = Array.from({ length: RESAMPLES }, () =>
    mean(sampleWithReplacement(logs, logs.length, random)),
  );
  return { ratio, rounds, ...intervalOf(resampled, logs.length) };
}

/** The same for two sets of runs that were not made in turn: nothing pairs them. */
export function unpairedRatio(
  base: readonly number[],
  other: readonly number[],
  seed: number,
): Estimate | undefined {
  if (base.length === 0 || other.length === 0) return undefined;
  const [before, after] = [base.map(Math.log), other.map(Math.log)];
  const ratio = Math.exp(mean(after) - mean(before));
  const fewest = Math.min(base.length, other.length);
  if (fewest === 1) return { ratio, rounds: [] };
  const random = randomOf(seed);
  const again = (logs: number[]) => mean(sampleWithReplacement(logs, logs.length, random));
  const resampled = Array.from({ length: RESAMPLES }, () => again(after) - again(before));
  return { ratio, rounds: [], ...intervalOf(resampled, fewest) };
}

/**
 * The percentile interval of resampled logarithms, widened for few rounds: a plain one is as narrow as if the rounds'
 * spread were known ("expanded percentile", T. Hesterberg, What Teachers Should Know About the Bootstrap, 2015). It
 * cannot be wider than the rounds themselves are apart, and that range holds the middle of what could have been
 * measured with a probability of 1 - 2^(1-n).
 */
function intervalOf(logs: number[], rounds: number): Required<Pick<Estimate, "interval" | "level">> {
  // The table that the function reads ends at 0.001, where resamples of so many end as well.
  const tail = cumulativeStdNormalProbability(-Math.sqrt(rounds / (rounds - 1)) * studentT(rounds - 1));
  const sorted = logs.toSorted((a, b) => a - b);
  const [low, high] = [tail, 1 - tail].map((part) => Math.exp(quantileSorted(sorted, part)));
  return { interval: [low!, high!], level: Math.min(LEVEL, 1 - 2 ** (1 - rounds)) };
}

/** Student's t of so many degrees of freedom, of which 97.5 % is below (Cornish and Fisher's series; 3 % low at 2). */
function studentT(freedom: number): number {
  const first = (Z ** 3 + Z) / 4;
  const second = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96;
  const third = (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384;
  return Z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}

/** How far from 1 the same thing, measured twice, came out: as a factor above 1, like 1.04. */
export function noiseFloor({ ratio, interval = [ratio, ratio] }: Estimate): number {
  return Math.exp(Math.max(...interval.map((end) => Math.abs(Math.log(end)))));
}

export type Finding = "more" | "less" | "none" | "untold";

/**
 * Whether a ratio says that there is a difference: its interval leaves 1 out, and it is further from 1 than the same
 * thing measured twice. One round alone tells nothing.
 */
export function findingOf({ ratio, interval }: Estimate, floor: number): Finding {
  if (!interval) return "untold";
  const [low, high] = interval;
  if (low <= 1 && high >= 1) return "none";
  if (Math.max(ratio, 1 / ratio) <= floor) return "none";
  return ratio > 1 ? "more" : "less";
}
