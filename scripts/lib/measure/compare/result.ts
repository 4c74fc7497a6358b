import { type Baseline, SCHEMA } from "./baseline.ts";
import type { Figures, Method } from "./comparison.ts";
import type { RunFacts } from "../report/run-facts.ts";
import type { SubjectFacts } from "./subject-facts.ts";
import { headlineOf, remarksOf } from "./verdict.ts";

/** What compare.json is: what was measured, what it comes to, and how it was run. */
export interface Comparison extends Figures {
  schema: typeof SCHEMA;
  /** The most important difference, in a sentence. */
  headline: string;
  /** Everything else that has to be said, a line each. */
  remarks: string[];
  /** It was not interrupted, and nothing is worse than the baseline. */
  passed: boolean;
  /** By Ctrl-C, or by a failure before the last run. */
  interrupted: boolean;
  /** When it began, ISO 8601, and how many seconds it took. */
  started: string;
  seconds: number;
  baseline?: Baseline;
  facts: Facts;
}

/** How it was run, and on what. */
export interface Facts extends RunFacts {
  /** The deployments, as they were found. */
  subjects: SubjectFacts[];
}

/** What is told of a comparison beside its figures. */
type Circumstances = Pick<Comparison, "interrupted" | "started" | "seconds" | "facts">;

/** The figures with what they come to, in words. */
export function resultOf(figures: Figures, more: Circumstances, baseline?: Baseline): Comparison {
  const remarks = remarksOf(figures, more.interrupted, baseline);
  const passed = !more.interrupted && !(baseline?.rows ?? []).some(({ worse }) => worse);
  const headline = headlineOf(figures);
  return { schema: SCHEMA, headline, remarks, passed, ...more, ...figures, ...(baseline && { baseline }) };
}

/** What the replicas may use, in words. */
export function budgetText({ cpus, limits = {} }: Pick<Method, "cpus" | "limits">): string {
  if (cpus === undefined) {
    const each = Object.entries(limits).map(([name, limit]) =>
      limit > 0 ? `on ${name} ${coresText(limit)} for each replica` : `on ${name} no limit`,
    );
    return `as deployed: ${each.join(", ")}`;
  }
  return `total: all replicas of a size share ${coresText(cpus)}`;
}

const coresText = (cores: number) => `${cores} ${cores === 1 ? "core" : "cores"}`;
