import { mean, median } from "simple-statistics";
import type { Strain } from "../cores.ts";
import type { Times } from "../load/statistics.ts";
import { type Cores, highestMet, type Limits } from "../load/verdict.ts";
import type { Platform } from "../platform.ts";
import type { Role } from "../processes.ts";
import type { Digest, Samples } from "./digest.ts";
import { type Limit, perRequest, type Slow } from "./limit.ts";
import type { Arm, Lengths } from "./plan.ts";
import type { Run } from "./run.ts";
import { limitOfEnds } from "./search-end.ts";
import { type Estimate, type Finding, findingOf, meanOf, noiseFloor, pairedRatio } from "./statistics.ts";
import { fitUsl, type Usl } from "./usl.ts";

/** How it was measured: two comparisons can be held against each other where this is the same. */
export interface Method {
  sizes: number[];
  orchestrators: Arm["orchestrator"][];
  rounds: number;
  seed: number;
  quick: boolean;
  budget: "each" | "total";
  /** Cores that all replicas shared, with the budget "total". */
  cpus?: number;
  /** Cores that each replica of an orchestrator may use, with the budget "each"; 0 is no limit. */
  limits?: Partial<Record<Platform, number>>;
  lengths: Lengths;
  /** The original's users, and what is required of each step of the search: a p99 in milliseconds, and no failure. */
  users: number;
  p99: number;
  generator: { name: string; version: string } & Limits;
  /** Of this machine. */
  cores: number;
}

/** A program of an orchestrator, without load: cores, and bytes of memory. */
export interface Idle {
  platform: Platform | undefined;
  program: string;
  processes: number;
  cores: number;
  memory: number;
}

/** All runs of an arm together. */
export interface ArmResult extends Arm {
  /** Runs that count. */
  runs: number;
  /** Requests a second that were held: of each run that counts, and the middle one. */
  rates: number[];
  rate: number;
  /** The users' times, of each run that counts. */
  users: Times[];
  samples: Samples;
  /** Means over the runs, at the highest rate that was held: cores, and microseconds of CPU a request. */
  cores: Cores;
  perRequest: Partial<Record<keyof Cores, number>>;
  /** Of these, in the kernel, whoever it worked for. */
  kernelPerRequest: number;
  strain: Strain;
  memory: Partial<Record<Role, number>>;
  /** What was the limit where the search ended, as most runs have it. */
  limit: Limit;
  /** Runs in which the generator, and not the objective, ended the search. */
  cutShort: number;
  /** The slowest of the replicas that were far slower than the others of their run, and in how many runs one was. */
  slow?: Slow & { runs: number };
}

/** An arm against another: how many times its rate, and its users' p50 and p99. */
export interface Difference {
  base: string;
  other: string;
  rate: Estimate;
  p50: Estimate;
  p99: Estimate;
  finding: Finding;
}

/** The same size twice: how many times what was held, and the users' p50 and p99; the floors are factors above 1. */
export interface Noise {
  rate: Estimate;
  p50: Estimate;
  p99: Estimate;
  floor: number;
}

/** What a comparison came to; compare.json is this, with a verdict and how it was run. */
export interface Figures {
  method: Method;
  idle: Idle[];
  arms: ArmResult[];
  noise?: Noise;
  differences: Difference[];
  /** Of each orchestrator, where six sizes or more were measured. */
  usl: Partial<Record<Arm["orchestrator"], Usl>>;
  runs: Run[];
}

/** An arm with its runs, in the order of the rounds, and their merged samples. */
export interface Measured {
  arm: Arm;
  runs: Run[];
  digest: Digest;
}

/** Sums the runs up. Void runs count for nothing, and neither does a round for a pair of which one is void. */
export function figuresOf(method: Method, idle: Idle[], measured: Measured[], runs: Run[]): Figures {
  const counted = measured.filter(({ runs: own }) => own.length > 0);
  const arms = counted.map((one) => armResult(one, method));
  const first = counted.find(({ arm }) => !arm.twin);
  const twin = counted.find(({ arm }) => arm.twin);
  const again = first && twin && ratiosOf(first, twin, method.seed);
  const noise = again && { ...again, floor: noiseFloor(again.rate) };
  const differences = pairsOf(counted).flatMap(([base, other]) => {
    const ratios = ratiosOf(base, other, method.seed);
    if (!ratios) return [];
    const finding = findingOf(ratios.rate, noise?.floor ?? 1);
    return { base: base.arm.name, other: other.arm.name, ...ratios, finding };
  });
  const usl = method.orchestrators.map((name) => [name, fitUsl(pointsOf(name, arms))] as const);
  return {
    method,
    idle,
    arms,
    ...(noise && { noise }),
    differences,
    usl: Object.fromEntries(usl.filter(([, fit]) => fit)),
    runs,
  };
}

/** Each size against the first of its orchestrator, and each of a second orchestrator against the same of the first. */
function pairsOf(all: Measured[]): [Measured, Measured][] {
  const arms = all.filter(({ arm }) => !arm.twin);
  return arms.flatMap((other, index) => {
    const mine = arms.find(({ arm }) => arm.orchestrator === other.arm.orchestrator)!;
    const same = arms.slice(0, index).find(({ arm }) => arm.replicas === other.arm.replicas);
    return [mine, same].flatMap((base) =>
      base && base !== other ? [[base, other] as [Measured, Measured]] : [],
    );
  });
}

function ratiosOf(base: Measured, other: Measured, seed: number) {
  const rounds = base.runs.flatMap((run, index) => {
    const match = other.runs.findIndex(({ round }) => round === run.round);
    return match < 0 ? [] : [[index, match] as const];
  });
  const ratio = (of: (one: Measured, index: number) => number) => {
    const pairs = rounds.map(([mine, its]): [number, number] => [of(base, mine), of(other, its)]);
    return pairedRatio(
      pairs.filter(([a, b]) => a > 0 && b > 0),
      seed,
    );
  };
  const time = (name: keyof Times) => ratio(({ digest }, index) => digest.runs[index]![name]);
  const [rate, p50, p99] = [ratio(({ runs }, index) => runs[index]!.held), time("p50"), time("p99")];
  return rate && p50 && p99 && { rate, p50, p99 };
}

const pointsOf = (name: Arm["orchestrator"], arms: ArmResult[]) =>
  arms
    .filter(({ orchestrator, twin }) => orchestrator === name && !twin)
    .flatMap(({ replicas, rates }) => rates.map((rate) => ({ size: replicas, rate })));

const NO_STRAIN: Strain = { busiest: 0, throttled: 0, kernel: 0 };

function armResult({ arm, runs, digest }: Measured, method: Method): ArmResult {
  const { generator, cores: all } = method;
  const ends = runs.map(({ end }) => end);
  const best = runs.map(({ steps }) => highestMet(steps) ?? steps[0]!);
  const [slow] = digest.slow.toSorted((a, b) => b.p50 - a.p50);
  return {
    ...arm,
    runs: runs.length,
    rates: runs.map(({ held }) => held),
    rate: median(runs.map(({ held }) => held)),
    users: digest.runs,
    samples: digest.sum(),
    cores: meanOf(best.map(({ cores }) => cores)),
    perRequest: meanOf(best.map(({ cores, all: { rate } }) => perRequest(cores, rate))),
    kernelPerRequest: mean(
      best.map(({ strain, all: { rate } }) => (rate > 0 ? ((strain?.kernel ?? 0) / rate) * 1e6 : 0)),
    ),
    strain: meanOf(best.map(({ strain }) => strain ?? NO_STRAIN)),
    memory: meanOf(runs.map(({ memory }) => memory)),
    limit: limitOfEnds(ends, generator, all),
    cutShort: ends.filter(({ verdict }) => verdict.state === "void").length,
    ...(slow && { slow: { ...slow, runs: digest.slow.length } }),
  };
}
