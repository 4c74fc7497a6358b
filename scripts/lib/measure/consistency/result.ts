import { type Ledger, ledgerLine } from "../load/ledger.ts";
import { count, type Table } from "../load/tables.ts";
import type { Threshold } from "../load/verdict.ts";
import type { Judged } from "../passed.ts";

/** A count that was answered: to whom, when and what. */
export interface Seen {
  /** Who answered. */
  replica: string;
  /** Seconds since the run began. */
  at: number;
  value: number;
}

/** What was asked through the front door, and of what. */
export interface Setting {
  mode: string;
  /** Whether such a Redis has one count. */
  promised: boolean;
  url: string;
  orchestrator: string;
  replicas: number;
  version: string;
  started: string;
}

/** What it came to; summary.json is this. */
export interface Result extends Setting, Judged {
  headline: string;
  ledger: Ledger;
  /** Reads that were answered, and those that were not. */
  reads: number;
  failedReads: number;
  /** The values that were read after the last increment, the lowest first. */
  values: number[];
  /** What the Redis say themselves, where they are several that count each for itself. */
  own?: number[];
  consistent: boolean;
  /** Answers to increments, and to reads. */
  seen: { increments: Seen[]; reads: Seen[] };
}

/** Judges what was seen. `ledger` is closed with the last value that was read. */
export function resultOf(
  setting: Setting,
  increments: Seen[],
  reads: { seen: Seen[]; failed: number; own?: number[] },
  ledger: Ledger,
  interrupted: boolean,
): Result {
  const values = [...new Set(reads.seen.map(({ value }) => value))].toSorted((a, b) => a - b);
  const { own = [] } = reads;
  const consistent = ledger.right && values.length === 1 && new Set(own).size <= 1;
  const read = `${wordsOf(values)} read${own.length > 0 ? `; its Redis say ${own.map(count).join(", ")}` : ""}`;
  const { mode, promised } = setting;
  const is = consistent ? "consistent" : "inconsistent";
  const headline = `Redis ${mode} is ${is}: ${count(ledger.acknowledged)} increments acknowledged, ${read}`;
  const thresholds = [
    { name: "increments were acknowledged", met: ledger.acknowledged > 0, seen: count(ledger.acknowledged) },
    { name: "no increment failed", met: ledger.unknown === 0, seen: count(ledger.unknown) },
    { name: "reads were answered", met: reads.seen.length > 0, seen: count(reads.seen.length) },
    { name: "no read failed", met: reads.failed === 0, seen: count(reads.failed) },
    ...allReached(setting, reads.seen),
    // A measure that finds three counts in step has not looked, or what it looked at is not what it is said to be.
    {
      name: promised ? "one count for all" : "a count of each Redis' own shows",
      met: consistent === promised,
      seen: `${read}; ${ledgerLine(ledger)}`,
    },
  ];
  return {
    ...setting,
    headline,
    passed: !interrupted && thresholds.every(({ met }) => met),
    interrupted,
    thresholds,
    ledger,
    reads: reads.seen.length,
    failedReads: reads.failed,
    values,
    ...(own.length > 0 && { own }),
    consistent,
    seen: { increments, reads: reads.seen },
  };
}

/** Whether each replica was read; nothing where answers do not name theirs, as behind a front door that hides it. */
function allReached({ replicas }: Setting, reads: Seen[]): Threshold[] {
  const names = new Set(reads.map(({ replica }) => replica).filter(Boolean));
  if (names.size === 0) return [];
  const which = replicas === 1 ? "the one replica was" : `all ${count(replicas)} replicas were`;
  return [{ name: `${which} read`, met: names.size >= replicas, seen: count(names.size) }];
}

const MOST_VALUES = 6;

/** Values, as many as a line has room for. */
function wordsOf(values: number[]): string {
  const shown = values.slice(0, MOST_VALUES).map(count).join(", ");
  const more = values.length > MOST_VALUES ? " and others" : "";
  return values.length === 1 ? `one value (${shown})` : `${values.length} values (${shown}${more})`;
}

/** A row for each mode. */
export function modeTable(results: Result[]): Table {
  return [
    [
      "Redis",
      "acknowledged",
      "counted",
      "failed",
      "reads",
      "failed reads",
      "distinct values read",
      "final value",
      "verdict",
    ],
    ...results.map(({ mode, ledger, reads, failedReads, values, consistent }) => [
      mode,
      count(ledger.acknowledged),
      count(ledger.after - ledger.before),
      count(ledger.unknown),
      count(reads),
      count(failedReads),
      count(values.length),
      count(ledger.after),
      consistent ? "consistent" : "inconsistent",
    ]),
  ];
}

/** What each reader was told after the last increment. */
export function readerTable({ seen }: Result): Table {
  const names = [...new Set(seen.reads.map(({ replica }) => replica))].toSorted();
  const rows = names.map((name) => {
    const values = seen.reads.filter(({ replica }) => replica === name).map(({ value }) => value);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return [name, count(values.length), count(new Set(values).size), count(low), count(high)];
  });
  return [["replica", "reads", "distinct values", "lowest", "highest"], ...rows];
}

/** What a run required, and what came of it. */
export const requiredTable = ({ thresholds }: Judged): Table => [
  ["threshold", "result", "measured"],
  ...thresholds.map(({ name, met, seen }) => [name, met ? "met" : "broken", seen]),
];
