import { ROUTES, type RouteName } from "../../../../checks/load/profiles.ts";
import type { Row, Statistics, Times } from "./statistics.ts";
import type { Cores, Verdict } from "./verdict.ts";

/** A table as rows of cells, the first of them the head; text and HTML are made of it. */
export type Table = string[][];

/** A whole number with commas. */
export const count = (value: number) => Math.round(value).toLocaleString("en");
/** Milliseconds, with as many digits as say something. */
export const ms = (value: number) =>
  value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : count(value);

const TIMES = ["p50", "p95", "p99", "p99.9", "max"];
const cellsOf = ({ p50, p95, p99, p999, max }: Times) => [p50, p95, p99, p999, max].map(ms);
const rowOf = (name: string, { requests, rate, failed, times }: Row) => [
  name,
  count(requests),
  rate < 100 ? rate.toFixed(1) : count(rate),
  count(failed),
  ...cellsOf(times),
];

/** Requests by route, and in all; times in milliseconds. */
export function requestTable({ all, routes, blocked, connect, connections }: Statistics): Table {
  const names = (Object.keys(ROUTES) as RouteName[]).filter((name) => routes[name]);
  return [
    ["ms", "requests", "per s", "failed", ...TIMES],
    rowOf("all", all),
    ...names.map((name) => rowOf(name, routes[name]!)),
    ["before sending", "", "", "", ...cellsOf(blocked)],
    ["connecting", count(connections), "", "", ...(connections > 0 ? cellsOf(connect) : TIMES.map(() => ""))],
  ];
}

/** A step of `max` in a line. */
interface StepRow {
  rate: number;
  statistics: Pick<Statistics, "all">;
  dropped: number;
  cores: Cores;
  verdict: Verdict;
}

/** What was asked of a step, and what came of it, as far as every table of steps shows it. */
export const sentCells = (rate: number, { rate: sent, failed, times }: Row, dropped: number) => [
  count(rate),
  count(sent),
  count(dropped),
  count(failed),
  ms(times.p50),
  ms(times.p99),
];

/** The generator's share in cores, and whether the objective was met. */
export const judgedCells = ({ generator }: Cores, { state, why }: Verdict) => [
  generator.toFixed(2),
  state + (why && `: ${why}`),
];

/** The steps of `max`; times in milliseconds, the generator's share in cores. */
export function stepTable(steps: StepRow[]): Table {
  return [
    ["asked per s", "sent per s", "dropped", "failed", "p50", "p99", "max", "generator", "objective"],
    ...steps.map(({ rate, statistics: { all }, dropped, cores, verdict }) => [
      ...sentCells(rate, all, dropped),
      ms(all.times.max),
      ...judgedCells(cores, verdict),
    ]),
  ];
}

/** Which replica answered what share. */
export function replicaTable({ replicas }: Pick<Statistics, "replicas">): Table {
  const sum = Object.values(replicas).reduce((a, b) => a + b, 0);
  const rows = Object.entries(replicas);
  return [
    ["replica", "answers", "share"],
    ...rows.map(([name, answers]) => [name, count(answers), `${((100 * answers) / sum).toFixed(1)} %`]),
  ];
}

/** Whose CPU it was, in cores. */
export function coreTable(cores: Cores): Table {
  const rows = Object.entries(cores) as [string, number][];
  return [["cores", "mean"], ...rows.map(([who, mean]) => [who, mean.toFixed(2)])];
}

/** Why requests failed. */
export const errorTable = ({ errors }: Pick<Statistics, "errors">): Table => [
  ["failed because of", "requests"],
  ...errors.map(({ why, requests }) => [why, count(requests)]),
];

/** Aligned text: the first column and prose to the left, numbers to the right. */
export function textOf(table: Table): string {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const prose = (column: number) => column === 0 || table.slice(1).some((row) => /[a-z]/.test(row[column]!));
  const lines = table.map((row) =>
    row.map((cell, column) =>
      prose(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    ),
  );
  return lines.map((cells) => `${cells.join("  ").trimEnd()}\n`).join("");
}
