import { count, type Table } from "../../load/tables.ts";
import type { Report, Section } from "../../report/document.ts";
import { chartSection, EXPLAINED } from "../report.ts";
import { modeTable, readerTable, requiredTable, type Result } from "../result.ts";
import type { ModesResult } from "./result.ts";

const MORE = [
  "Each change of the mode takes the count along. What independent Redis have counted each for itself is put together when they are left, so that it is what was acknowledged, whoever counted it.",
];

/** The result as a report. */
export function modesReport(result: ModesResult): Report {
  const { headline, passed, interrupted, platform, replicas, version, started, restored } = result;
  return {
    title: headline,
    passed,
    lines: [
      `${count(result.increments)} increments and as many reads with each, ${count(result.rate)} a second`,
      `${started}, ${platform}, ${replicas} ${replicas === 1 ? "replica" : "replicas"}, version ${version}`,
      `put back: ${restored}`,
      ...(interrupted ? ["it was interrupted or failed: this is what was seen until then"] : []),
    ],
    sections: [
      tableSection(result),
      ...result.results.flatMap(modeSections),
      { title: "Required", table: requiredTable(result) },
      { title: "How to read it", lines: [...EXPLAINED, ...MORE] },
    ],
  };
}

/** A row for each mode, for a terminal as well. */
export const tableSection = ({ results }: ModesResult): Section => ({
  title: "By the way Redis runs",
  table: modeTable(results),
});

function modeSections(result: Result): Section[] {
  const of = `${result.mode}: `;
  const read = { title: `${of}What was read after the last increment`, table: readerTable(result) };
  const { own } = result;
  return [
    chartSection(result, of),
    { ...read, lines: [result.headline] },
    ...(own ? [{ title: `${of}What each Redis says itself`, table: ownTable(own) }] : []),
  ];
}

const ownTable = (own: number[]): Table => [
  ["Redis", "count"],
  ...own.map((value, index) => [String(index + 1), count(value)]),
];
