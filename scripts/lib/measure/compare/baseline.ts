import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { EXIT, Failure } from "../../run/failure.ts";
import { count, ms } from "../load/tables.ts";
import type { ArmResult, Figures, Method } from "./comparison.ts";
import { type Estimate, unpairedRatio } from "./statistics.ts";

/** Of compare.json: it changes when an older one could be misread. */
export const SCHEMA = 1;

/** What a comparison came to against an earlier one. */
export interface Baseline {
  folder: string;
  /** When that began, ISO 8601. */
  started: string;
  /** In percent. */
  tolerance: number;
  rows: BaselineRow[];
}

/** One figure of an arm, now against then: they are other runs of another day, and nothing pairs them. */
export interface BaselineRow {
  arm: string;
  what: "rate" | "p99";
  estimate: Estimate;
  /** By more than the tolerance, wherever in its interval the ratio is. */
  worse: boolean;
  text: string;
}

type Earlier = Pick<Figures, "method" | "arms"> & { schema: number; started: string };

/** What must be the same, or the two say nothing about each other. */
const SAME = ["budget", "cpus", "quick", "lengths", "users", "p99", "cores"] as const;

/**
 * Reads the earlier comparison in a report's folder. Throws a usage Failure where there is none, or where it is of
 * another workload than `method`.
 */
export function readBaseline(folder: string, method: Method): Earlier {
  const earlier = parse(folder);
  const names: (keyof Method)[] = SAME.filter(
    (name) => !isDeepStrictEqual(earlier.method[name], method[name]),
  );
  if (earlier.method.generator.name !== method.generator.name) names.push("generator");
  if (names.length > 0)
    throw new Failure(`${folder} is a comparison of another workload`, {
      code: EXIT.usage,
      lines: names.map((name) => `${name}: ${show(earlier.method[name])} there, ${show(method[name])} here`),
    });
  const arms = earlier.arms.filter(({ twin }) => !twin).map(({ name }) => name);
  const mine = method.orchestrators.flatMap((one) => method.sizes.map((size) => `${one} ${size}`));
  if (mine.some((name) => arms.includes(name))) return earlier;
  throw new Failure(`${folder} has none of these sizes, but ${arms.join(", ")}`, { code: EXIT.usage });
}

const show = (value: unknown) => JSON.stringify(value) ?? "none";

function parse(folder: string): Earlier {
  const file = `${folder}/compare.json`;
  let earlier: Partial<Earlier>;
  try {
    earlier = JSON.parse(readFileSync(file, "utf8")) as Partial<Earlier>;
  } catch (error) {
    throw new Failure(`BASELINE is no report of a comparison: ${(error as Error).message}`, {
      code: EXIT.usage,
      hint: "make reports",
    });
  }
  if (earlier?.schema === SCHEMA && earlier.method && earlier.arms) return earlier as Earlier;
  throw new Failure(`${file} is not of schema ${SCHEMA}`, { code: EXIT.usage });
}

/** Holds a comparison against an earlier one, arm by arm. */
export function againstBaseline(
  figures: Figures,
  earlier: Earlier,
  folder: string,
  tolerance: number,
): Baseline {
  const arms = figures.arms.filter(({ twin }) => !twin);
  const rows = arms.flatMap((arm) => {
    const before = earlier.arms.find(({ name }) => name === arm.name);
    return before ? rowsOf(before, arm, 1 + tolerance / 100, figures.method.seed) : [];
  });
  return { folder, started: earlier.started, tolerance, rows };
}

const held = (arm: ArmResult) => arm.rates.filter((rate) => rate > 0);

const p99s = (arm: ArmResult) => arm.users.map(({ p99 }) => p99);

function rowsOf(before: ArmResult, now: ArmResult, factor: number, seed: number): BaselineRow[] {
  const rate = unpairedRatio(held(before), held(now), seed);
  const p99 = unpairedRatio(p99s(before), p99s(now), seed);
  const text = (what: string, { ratio, interval }: Estimate) =>
    `${now.name} ${what}, ${ratio.toFixed(2)} times${interval ? ` [${interval.map((end) => end.toFixed(2)).join(", ")}]` : ""}`;
  return [
    ...(rate
      ? [
          {
            arm: now.name,
            what: "rate" as const,
            estimate: rate,
            worse: rate.interval !== undefined && rate.interval[1] < 1 / factor,
            text: text(`held ${count(now.rate)} a second against ${count(before.rate)}`, rate),
          },
        ]
      : []),
    ...(p99
      ? [
          {
            arm: now.name,
            what: "p99" as const,
            estimate: p99,
            worse: p99.interval !== undefined && p99.interval[0] > factor,
            text: text(
              `had a p99 of ${ms(now.samples.users.times.p99)} ms against ${ms(before.samples.users.times.p99)} ms`,
              p99,
            ),
          },
        ]
      : []),
  ];
}
