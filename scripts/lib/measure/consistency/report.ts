import { chartSvg, type Series } from "../report/chart.ts";
import type { Report, Section } from "../report/document.ts";
import { modeTable, readerTable, requiredTable, type Result } from "./result.ts";

const LOOKS = ["one", "two", "three", "four"] as const;

export const EXPLAINED = [
  "Each increment and each read has a connection of its own, and so may reach any replica. The reads begin when the last increment was answered.",
  "Consistent: no count was given to two increments, the count grew by what was acknowledged, and every read says the same. Where there are several Redis that know nothing of each other, they have to say the same themselves, too.",
  "An increment that failed may have counted or not; nobody else may count meanwhile.",
];

/** The result as a report. */
export function reportOf(result: Result): Report {
  const { headline, passed, interrupted, url, orchestrator, replicas, version, started } = result;
  return {
    title: headline,
    passed,
    lines: [
      `${started}, ${url}, ${orchestrator}, ${replicas} ${replicas === 1 ? "replica" : "replicas"}, version ${version}`,
      ...(interrupted ? ["it was interrupted: this is what was seen until then"] : []),
    ],
    sections: [
      chartSection(result),
      { title: "By the way Redis runs", table: modeTable([result]) },
      { title: "What was read after the last increment", table: readerTable(result) },
      { title: "Required", table: requiredTable(result) },
      { title: "How to read it", lines: EXPLAINED },
    ],
  };
}

/** A picture of what each replica answered; `of` stands before its title. */
export function chartSection(result: Result, of = ""): Section {
  const shown = replicasOf(result);
  const left = shown.length > LOOKS.length ? `, the first ${LOOKS.length} of ${shown.length} replicas` : "";
  const title = `${of}What each replica answered, increments and then reads${left}`;
  return { title, svg: chartOf(result, shown) };
}

const replicasOf = ({ seen }: Result) =>
  [...new Set([...seen.increments, ...seen.reads].map(({ replica }) => replica))].toSorted();

/** Above the count of before: what is one count is one line, though several draw it. */
function chartOf({ seen, ledger }: Result, replicas: string[]): string {
  const all = [...seen.increments, ...seen.reads];
  const lowest = Math.min(ledger.before, ...all.map(({ value }) => value));
  const series = LOOKS.flatMap((look, index): Series[] => {
    const name = replicas[index];
    if (name === undefined) return [];
    const points = all
      .filter(({ replica }) => replica === name)
      .map(({ at, value }) => ({ x: Math.max(0, at), y: value - lowest }))
      .toSorted((a, b) => a.x - b.x);
    return [{ name, look, points }];
  });
  const title = `Counts that each replica answered, above ${lowest.toLocaleString("en")}`;
  return chartSvg({
    title,
    x: `seconds since the first increment; counts above ${lowest.toLocaleString("en")}`,
    series,
  });
}
