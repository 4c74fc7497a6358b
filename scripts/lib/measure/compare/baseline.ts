import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { EXIT, Failure } from "../../run/failure.ts";
import { count, ms } from "../load/tables.ts";
import type { ArmResult, Figures, Method } from "./comparison.ts";
import { LEAST } from "./run.ts";
import { type Estimate, estimateText, unpairedRatio } from "./statistics.ts";

/** Of compare.json: it changes when an older one could be misread. */
export const SCHEMA = 2;

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
  /** "runs" where too few are left of the arm to say more. */
  what: "rate" | "p99" | "runs";
  estimate?: Estimate;
  /** By more than the tolerance, wherever in its interval the ratio is; or it cannot be measured any more. */
  worse: boolean;
  text: string;
}

type Earlier = Pick<Figures, "method" | "arms"> & { schema: number; started: string; interrupted: boolean };

/** What must be the same, or the two say nothing about each other. */
const SAME = ["budget", "cpus", "quick", "lengths", "users", "p99", "cores"] as const;

/** Runs of an arm, at least: fewer have no interval, or one that is right in half of the cases. */
export const FEWEST_RUNS = 3;

/**
 * Reads the earlier comparison in a report's folder. Throws a usage Failure where there is none, where it is of another
 * workload than `method`, and where it was interrupted or has too few runs that count.
 */
export function readBaseline(folder: string, method: Method): Earlier {
  const earlier = parse(folder);
  const names: (keyof Method)[] = SAME.filter(
    (name) => !isDeepStrictEqual(earlier.method[name], method[name]),
  );
  if (earlier.method.generator.name !== method.generator.name) names.push("generator");
  if (!isDeepStrictEqual(limitsOf(earlier.method, method), limitsOf(method, earlier.method)))
    names.push("limits");
  if (names.length > 0)
    throw new Failure(`${folder} is a comparison of another workload`, {
      code: EXIT.usage,
      lines: names.map((name) => `${name}: ${show(earlier.method[name])} there, ${show(method[name])} here`),
    });
  if (earlier.interrupted) throw new Failure(`${folder} was interrupted`, { code: EXIT.usage });
  const shared = namesOf(method).filter((name) => namesOf(earlier.method).includes(name));
  if (shared.length === 0)
    throw new Failure(`${folder} has none of these sizes, but ${namesOf(earlier.method).join(", ")}`, {
      code: EXIT.usage,
    });
  const few = shared.filter((name) => runsOf(earlier, name) < FEWEST_RUNS);
  if (few.length === 0) return earlier;
  throw new Failure(`${folder} has fewer than ${FEWEST_RUNS} runs of ${few.join(", ")} that count`, {
    code: EXIT.usage,
    hint: `ROUNDS=${FEWEST_RUNS} or more`,
  });
}

/** The CPU limits of those orchestrators that another comparison has, too. */
const limitsOf = ({ limits = {} }: Method, { orchestrators }: Method) =>
  Object.fromEntries(Object.entries(limits).filter(([name]) => orchestrators.some((one) => one === name)));

/** The arms that a comparison was to have, but the twin. */
const namesOf = ({ orchestrators, sizes }: Method) =>
  orchestrators.flatMap((one) => sizes.map((size) => `${one} ${size}`));

const armOf = ({ arms }: Pick<Figures, "arms">, name: string) => arms.find((arm) => arm.name === name);

const runsOf = (figures: Pick<Figures, "arms">, name: string) => armOf(figures, name)?.runs ?? 0;

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
  const rows = namesOf(figures.method).flatMap((name) => {
    const [before, now] = [armOf(earlier, name), armOf(figures, name)];
    if (!before) return [];
    const runs = now?.runs ?? 0;
    if (!now || runs < FEWEST_RUNS) return fewRow(name, runs);
    const factor = 1 + tolerance / 100;
    return [
      rateRow(before, now, factor, figures.method.seed),
      timeRow(before, now, factor, figures.method.seed),
    ];
  });
  return { folder, started: earlier.started, tolerance, rows };
}

/** Throws a Failure where a figure is worse than the baseline's. */
export function requireNoneWorse({ folder, rows }: Baseline): void {
  const worse = rows.filter((row) => row.worse);
  if (worse.length > 0) throw new Failure(`worse than ${folder}`, { lines: worse.map(({ text }) => text) });
}

function fewRow(arm: string, runs: number): BaselineRow {
  const text = `${arm} has ${runs} ${runs === 1 ? "run" : "runs"} that count: ${FEWEST_RUNS} are needed to tell`;
  return { arm, what: "runs", worse: true, text };
}

/** The rates of an arm; where nothing was held, the lowest that is tried, which is more than that. */
const held = (arm: ArmResult) => arm.rates.map((rate) => Math.max(rate, LEAST));

const p99s = (arm: ArmResult) => arm.users.map(({ p99 }) => p99);

function rateRow(before: ArmResult, now: ArmResult, factor: number, seed: number): BaselineRow {
  const estimate = unpairedRatio(held(before), held(now), seed)!;
  const none = now.rate === 0 && before.rate > 0;
  const worse = none || estimate.interval![1] < 1 / factor;
  const rates = `${now.name} held ${none ? "nothing" : `${count(now.rate)} a second`} against ${count(before.rate)} a second`;
  return { arm: now.name, what: "rate", estimate, worse, text: `${rates}, ${estimateText(estimate)}` };
}

function timeRow(before: ArmResult, now: ArmResult, factor: number, seed: number): BaselineRow {
  const estimate = unpairedRatio(p99s(before), p99s(now), seed)!;
  const [was, is] = [before, now].map(({ samples }) => ms(samples.users.times.p99));
  const text = `${now.name} had a p99 of ${is} ms against ${was} ms, ${estimateText(estimate)}`;
  return { arm: now.name, what: "p99", estimate, worse: estimate.interval![0] > factor, text };
}
