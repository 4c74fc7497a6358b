import type { ProfileName } from "../../../../checks/load/profiles.ts";
import type { Settings } from "../../run/settings.ts";
import type { Part } from "./conduct.ts";
import { ledgerLine } from "./ledger.ts";
import {
  count,
  coreTable,
  errorTable,
  ms,
  replicaTable,
  requestTable,
  stepTable,
  type Table,
} from "./tables.ts";
import type { Target } from "./target.ts";
import { highestMet, type Threshold, thresholds } from "./verdict.ts";
import { resetsLine, type Resets } from "./wanted.ts";

/** Something that was changed while a load went on. */
export interface Mark {
  /** Milliseconds since 1970. */
  at: number;
  text: string;
}

/** What a load came to; summary.json is this. */
export interface Result {
  profile: ProfileName;
  /** The most important figure, in a line. */
  headline: string;
  passed: boolean;
  interrupted: boolean;
  /** When it began, ISO 8601. */
  started: string;
  generator: { name: string; version: string };
  target: Target;
  resets: Resets;
  /** Absent where nothing was changed meanwhile. */
  marks?: Mark[];
  thresholds: Threshold[];
  parts: Part[];
}

type Facts = Pick<Result, "profile" | "interrupted" | "started" | "generator" | "target" | "resets"> & {
  marks: Mark[];
};

/** Judges the parts of a load as a whole. */
export function resultOf(
  { marks, ...facts }: Facts,
  parts: Part[],
  load: Settings["load"],
  steps: boolean,
): Result {
  const required = steps ? stepThresholds(parts, load) : partThresholds(parts[0]!, load);
  const passed = !facts.interrupted && required.every(({ met }) => met);
  const headline = steps ? stepHeadline(parts, load) : partHeadline(parts[0]!);
  return { ...facts, ...(marks.length > 0 && { marks }), headline, passed, thresholds: required, parts };
}

const SILENT = {
  name: "acknowledged = counted",
  met: false,
  seen: "the counter did not answer at the end",
};

function partThresholds(part: Part, { p95 }: Settings["load"]): Threshold[] {
  const { statistics, ledger, silent, dropped, rate } = part;
  const list = thresholds(statistics, p95, ledger);
  if (silent) list.push(SILENT);
  if (dropped > 0) {
    const seen = `${count(dropped)} at ${count(rate)} a second`;
    list.push({ name: "no request was dropped", met: false, seen });
  }
  return list;
}

function partHeadline({ statistics: { all } }: Part): string {
  const { requests, rate, failed, times } = all;
  return `${count(requests)} requests, ${count(rate)} a second, ${count(failed)} failed, p95 ${ms(times.p95)} ms`;
}

const judged = (parts: Part[]) => parts.map((part) => ({ ...part, verdict: part.verdict! }));

function stepThresholds(parts: Part[], { max }: Settings["load"]): Threshold[] {
  const best = highestMet(judged(parts));
  const seen = best ? `${count(best.rate)} a second` : "none did";
  const books = parts.flatMap(({ ledger }) => ledger ?? []);
  return [
    { name: `a step met p99 <= ${max.p99} ms and no failure`, met: best !== undefined, seen },
    ...books
      .filter(({ right }, index) => !right || index === books.length - 1)
      .map((book) => ({ name: "acknowledged = counted", met: book.right, seen: ledgerLine(book) })),
    ...(parts.some(({ silent }) => silent) ? [SILENT] : []),
  ];
}

function stepHeadline(parts: Part[], { max }: Settings["load"]): string {
  const best = highestMet(judged(parts));
  const objective = `p99 <= ${max.p99} ms and no failure`;
  if (!best) return `no step met ${objective}`;
  const last = parts.at(-1)!.verdict;
  const open = last?.state === "broke" ? "" : "at least ";
  return `${open}${count(best.statistics.all.rate)} requests a second with ${objective}`;
}

/** A table with what it is about. */
interface Titled {
  title: string;
  table: Table;
}

/** What a run came to, in a word: one that was stopped can be neither. */
export const verdictOf = ({ passed, interrupted }: Pick<Result, "passed" | "interrupted">) =>
  interrupted ? "stopped" : passed ? "passed" : "failed";

/** The part that is shown: of steps, the best one, or else the last. */
export const shownPart = (parts: Part[]): Part =>
  highestMet(judged(parts.filter(({ verdict }) => verdict !== undefined))) ?? parts.at(-1)!;

/** The tables of a result, in the order in which they are shown. */
export function tablesOf({ parts, thresholds: required }: Result): Titled[] {
  const steps = parts.filter((part) => part.verdict !== undefined);
  const part = shownPart(parts);
  const at = steps.length > 0 ? ` at ${count(part.rate)} a second` : "";
  const { statistics, cores } = part;
  return [
    ...(steps.length > 0 ? [{ title: "Steps", table: stepTable(judged(steps)) }] : []),
    { title: `Requests${at}, times in ms`, table: requestTable(statistics) },
    { title: `Whose CPU${at}, in cores`, table: coreTable(cores) },
    { title: `Who answered${at}`, table: replicaTable(statistics) },
    ...(statistics.errors.length > 0 ? [{ title: "Failures", table: errorTable(statistics) }] : []),
    {
      title: "Required",
      table: [
        ["threshold", "result", "measured"],
        ...required.map(({ name, met, seen }) => [name, met ? "met" : "broken", seen]),
      ],
    },
  ];
}

/** Everything else that has to be said, a line each. */
export function remarksOf({ resets, target, generator, interrupted, marks = [], parts }: Result): string[] {
  const begin = parts[0]!.statistics.from;
  const lines = [
    ...marks.map(({ at, text }) => `${text}, ${((at - begin) / 1000).toFixed(1)} s after the beginning`),
    interrupted ? "it was interrupted: this is what was measured until then" : "",
    resetsLine(resets, target.count),
    generator.name === "builtin" ? "sent by the built-in generator: one thread, which can fill one core" : "",
    target.local ? "" : "the target is another machine: only the generator's CPU is known",
  ];
  return lines.filter((line) => line !== "");
}
