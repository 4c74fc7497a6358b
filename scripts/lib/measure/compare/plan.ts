import { randomOf } from "../../../../checks/random.ts";
import { shuffled } from "./statistics.ts";

/** What is compared: a size of a deployment. The first size is measured twice, and its twin is the noise floor. */
export interface Arm {
  /** As tables and files name it, like "swarm 4" or "swarm 1 again". */
  name: string;
  orchestrator: "swarm" | "k3s";
  replicas: number;
  /** The first arm once more: between the two there is no difference. */
  twin: boolean;
}

/** Seconds of each part of one run, and how fine the search is. */
export interface Lengths {
  /** Load that is thrown away: what runs first compiles, connects and fills. */
  warmUp: number;
  /** The original's users: until all are there, which is thrown away, and after. */
  ramp: number;
  users: number;
  /** Each step of the search for the highest rate. */
  step: number;
  /** Each step asks for so many times what the one before asked for. */
  raise: number;
}

export const LENGTHS: Lengths = { warmUp: 3, ramp: 3, users: 9, step: 2, raise: 1.06 };
export const QUICK: Lengths = { warmUp: 2, ramp: 2, users: 4, step: 1, raise: 1.12 };

/** Seconds that a change of the scale takes as a rule, and one of the CPU limits, which replaces every replica. */
const SCALE_SECONDS = 10;
const REPLACE_SECONDS = 30;
/** What a generator takes to start and to end. */
const START_SECONDS = 0.5;
/** A search begins so far below what is held, and ends with two steps above it. */
const BELOW = 1 / 0.7;
/** Steps of the coarse search that says where to begin, as a rule. */
const COARSE_STEPS = 8;

/** The arms, the twin of the first among them. */
export function armsOf(orchestrators: Arm["orchestrator"][], sizes: number[]): Arm[] {
  const arms = orchestrators.flatMap((orchestrator) =>
    sizes.map((replicas) => ({ name: `${orchestrator} ${replicas}`, orchestrator, replicas, twin: false })),
  );
  const [first] = arms;
  return first ? [first, { ...first, name: `${first.name} again`, twin: true }, ...arms.slice(1)] : [];
}

/** The order of the runs: each round has every arm once, shuffled anew. The same seed gives the same order. */
export function orderOf(arms: readonly Arm[], rounds: number, seed: number): Arm[][] {
  const random = randomOf(seed);
  return Array.from({ length: rounds }, () => shuffled(arms, random));
}

/** About how many seconds it will take, before it begins. */
export function secondsOf(order: Arm[][], lengths: Lengths, replaces: boolean): number {
  const change = replaces ? REPLACE_SECONDS : SCALE_SECONDS;
  const runs = order.flat();
  const changes = runs.filter(({ orchestrator, replicas }, index) => {
    const before = runs[index - 1];
    return before?.orchestrator !== orchestrator || before.replicas !== replicas;
  });
  const { warmUp, ramp, users, step, raise } = lengths;
  const searched = Math.ceil(Math.log(BELOW) / Math.log(raise)) + 2;
  const run = warmUp + ramp + users + 2 * START_SECONDS + searched * (step + START_SECONDS);
  const arms = order[0]?.filter(({ twin }) => !twin).length ?? 0;
  const coarse = arms * (change + warmUp + COARSE_STEPS * (step + START_SECONDS));
  return coarse + changes.length * change + runs.length * run + change;
}
