import { availableParallelism } from "node:os";
import { EXIT, Failure } from "../../run/failure.ts";
import type { OptionName, OptionValues } from "../../run/options.ts";
import { FEWEST_RUNS } from "./baseline.ts";
import { type Arm, armsOf, LENGTHS, type Lengths, orderOf, QUICK } from "./plan.ts";

/** The options of the verb. */
export const COMPARE_OPTIONS = [
  "sizes",
  "rounds",
  "orchestrators",
  "budget",
  "quick",
  "seed",
  "baseline",
  "tolerance",
  "generator",
  "k6",
  "k6Artifacts",
  "json",
] as const satisfies OptionName[];

/** What shall be compared, and how. */
export interface Wanted {
  orchestrators: Arm["orchestrator"][];
  sizes: number[];
  arms: Arm[];
  rounds: number;
  /** The arms of each round, in the order in which they run. */
  order: Arm[][];
  seed: number;
  quick: boolean;
  lengths: Lengths;
  budget: "each" | "total";
  /** Percent that is worse than a baseline's, and still no failure. */
  tolerance: number;
}

const ROUNDS = 5;
/** Numbers that are typed without a slip. */
const SEEDS = 1_000_000;

/** Reads the options. Throws a usage Failure where nothing could be compared. */
export function wantedComparison(options: OptionValues): Wanted {
  const { sizes = [1, 4], rounds = ROUNDS, budget = "each", quick = false, tolerance = 5 } = options;
  const { orchestrators = ["swarm"], seed = Math.floor(Math.random() * SEEDS) } = options;
  const [size] = sizes;
  if (sizes.length * orchestrators.length < 2)
    throw new Failure(`there is one size alone, ${size}, and nothing to compare it with`, {
      code: EXIT.usage,
      hint: 'make compare REPLICAS="1 4"',
    });
  if (options.baseline !== undefined && rounds < FEWEST_RUNS)
    throw new Failure(`${rounds} rounds cannot be told from a baseline's chance`, {
      code: EXIT.usage,
      hint: `ROUNDS=${FEWEST_RUNS} or more`,
    });
  const arms = armsOf(orchestrators, sizes);
  const order = orderOf(arms, rounds, seed);
  const lengths = quick ? QUICK : LENGTHS;
  return { orchestrators, sizes, arms, rounds, order, seed, quick, lengths, budget, tolerance };
}

/**
 * The cores that all replicas share with BUDGET=total: what the deployment has as it stands, or, where it has no limit,
 * what one Node can use.
 */
export function totalBudget({ cpus, replicas }: { cpus: number; replicas: number }): number {
  return Math.min(availableParallelism(), cpus > 0 ? cpus * replicas : 1);
}
