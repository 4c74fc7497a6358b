import type { RedisSettings } from "../../deployment/redis/settings.ts";
import type { Table } from "../load/tables.ts";
import { count } from "../load/tables.ts";
import type { Threshold } from "../load/verdict.ts";
import type { Judged } from "../passed.ts";
import type { MeasuredMode, Victim } from "../redis-modes.ts";
import type { Round } from "./rounds.ts";

/** What was asked for and found beforehand. */
export interface Setting {
  victim: Victim;
  /** As in "killed with kill -9". */
  how: string;
  /** Seconds until what was hit went on, if it was not killed. */
  lasts?: number;
  mode: string;
  platform: string;
  replicas: number;
  version: string;
  rate: number;
  seconds: number;
  redis: RedisSettings;
  started: string;
}

/** What a number of faults came to; summary.json is this. */
export interface Result extends Setting, Judged {
  headline: string;
  /** Over the rounds; times in milliseconds, absent where a round has none. */
  figures: Record<FigureName, Figure>;
  rounds: Round[];
}

interface Figure {
  median?: number;
  worst?: number;
}

const FIGURES = {
  back: { name: "first acknowledged after", unit: "s", of: ({ outage }: Round) => outage.back },
  gap: { name: "longest without any", unit: "s", of: ({ outage }: Round) => outage.gap },
  last: { name: "last failure after", unit: "s", of: ({ outage }: Round) => outage.last },
  failed: { name: "failed", unit: "", of: ({ outage }: Round) => outage.failed },
  lost: { name: "acknowledged and lost", unit: "", of: ({ lost }: Round) => lost },
  counted: { name: "failed and counted", unit: "", of: ({ counted }: Round) => counted },
} as const;
type FigureName = keyof typeof FIGURES;
const NAMES = Object.keys(FIGURES) as FigureName[];

/** Median and worst; a round without the figure is the worst there is. */
export function figureOf(values: (number | undefined)[]): Figure {
  const sorted = values.map((value) => value ?? Infinity).toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  const worst = sorted.at(-1)!;
  return { ...(Number.isFinite(median) && { median }), ...(Number.isFinite(worst) && { worst }) };
}

/** Judges the rounds by what the mode promises. There is one at least. */
export function resultOf(
  setting: Setting,
  mode: MeasuredMode,
  rounds: Round[],
  interrupted: boolean,
): Result {
  const pairs = NAMES.map((name) => [name, figureOf(rounds.map((round) => FIGURES[name].of(round)))]);
  const figures = Object.fromEntries(pairs) as Result["figures"];
  const thresholds = thresholdsOf(setting, mode, rounds, figures);
  const passed = !interrupted && thresholds.every(({ met }) => met);
  const { back, lost } = { back: figures.back, lost: sum(rounds.map((round) => round.lost)) };
  const headline = `writes back after ${seconds(back.median)} (median), ${seconds(back.worst)} at worst, ${count(lost)} acknowledged increments lost`;
  return { ...setting, headline, passed, interrupted, thresholds, figures, rounds };
}

function thresholdsOf(
  { victim, lasts = 0, redis }: Setting,
  { back, keeps }: MeasuredMode,
  rounds: Round[],
  figures: Result["figures"],
): Threshold[] {
  const returned = rounds.filter(({ outage }) => outage.back !== undefined).length;
  const { median } = figures.back;
  const lost = sum(rounds.map((round) => round.lost));
  const extra = sum(rounds.map(({ ledger }) => ledger.extra));
  const dropped = sum(rounds.map((round) => round.dropped));
  // A Redis that has no other to take over is back when it goes on, and no sooner.
  const goal = back + (keeps ? lasts : 0);
  // An acknowledged increment may go with a Redis that keeps it for itself, and with nothing else.
  const outlives = keeps || victim !== "redis" || Number(redis["WAIT"] ?? 0) > 0;
  return [
    { name: "writes came back", met: returned === rounds.length, seen: `in ${returned} of ${rounds.length}` },
    ...(victim === "redis"
      ? [
          {
            name: `within ${goal} s (median)`,
            met: median !== undefined && median <= goal * 1000,
            seen: seconds(median),
          },
        ]
      : []),
    ...(outlives ? [{ name: "none acknowledged and lost", met: lost === 0, seen: count(lost) }] : []),
    { name: "none counted that nobody sent", met: extra === 0, seen: count(extra) },
    { name: "none that was due was not sent", met: dropped === 0, seen: count(dropped) },
  ];
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const seconds = (ms: number | undefined) => (ms === undefined ? "never" : `${(ms / 1000).toFixed(2)} s`);

function cell(name: FigureName, value: number | undefined): string {
  if (value === undefined) return "never";
  return FIGURES[name].unit === "s" ? (value / 1000).toFixed(2) : count(value);
}

const HEAD = NAMES.map((name) => {
  const { name: title, unit } = FIGURES[name];
  return unit ? `${title} (${unit})` : title;
});

/** A row each round, and median and worst at the end. */
export function roundTable({ rounds, figures }: Result): Table {
  const rows = rounds.map((round, index) => [
    String(index + 1),
    round.fault.container,
    ...NAMES.map((name) => cell(name, FIGURES[name].of(round))),
    count(round.ledger.acknowledged),
  ]);
  const sums = (["median", "worst"] as const).map((which) => [
    which,
    "",
    ...NAMES.map((name) => cell(name, figures[name][which])),
    "",
  ]);
  return [["round", "hit", ...HEAD, "acknowledged"], ...rows, ...sums];
}
