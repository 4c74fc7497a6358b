import { count, ms } from "../load/tables.ts";
import type { Finding } from "../hardening/checks.ts";
import type { Threshold } from "../load/verdict.ts";
import type { Caught } from "./controls.ts";
import { judge } from "./judge.ts";
import type { Played } from "./play.ts";
import type { Judged } from "../passed.ts";

/** What was asked for and found beforehand. */
export interface Setting {
  platform: string;
  replicas: number;
  version: string;
  /** Increments a second, and seconds of each act at least. */
  rate: number;
  seconds: number;
  started: string;
}

/** What was seen, as far as the run came. */
export interface Gathered {
  acts: Played[];
  /** How the deployment is shut in. */
  hardening: Finding[];
  controls: Caught[];
}

/** What a run came to; summary.json is this. */
export interface Result extends Setting, Gathered, Judged {
  headline: string;
  /** What was put back at the end. */
  restored: string;
}

/** What a run is, when it has come to its end. */
export function resultOf(
  setting: Setting,
  gathered: Gathered,
  end: Pick<Result, "interrupted" | "restored">,
): Result {
  const { acts, controls, hardening } = gathered;
  const thresholds = [
    ...controls.map(({ name, caught, seen }) => ({ name: `the prober sees: ${name}`, met: caught, seen })),
    ...acts.flatMap((played) => judge(played, setting.rate, setting.seconds)),
    ...hardening.map(({ what, where, seen, met }) => ({ name: `${where}: ${what}`, met, seen })),
  ];
  const passed = !end.interrupted && acts.length > 0 && thresholds.every(({ met }) => met);
  const headline = headlineOf(acts, controls, thresholds);
  return { headline, passed, ...setting, ...end, thresholds, ...gathered };
}

function headlineOf(acts: Played[], controls: Caught[], thresholds: Threshold[]): string {
  const blind = controls.filter(({ caught }) => !caught);
  if (blind.length > 0)
    return `the prober is blind: it did not see ${blind.map(({ name }) => name).join(", ")}`;
  const requests = acts.reduce((sum, { statistics }) => sum + statistics.all.requests, 0);
  const lost = acts.reduce((sum, one) => sum + one.lost, 0);
  const gentle = acts.filter(({ allowed }) => allowed === "none");
  const failed = gentle.reduce((sum, { statistics }) => sum + statistics.all.failed, 0);
  const broken = thresholds.filter(({ met }) => !met).length;
  const goals =
    broken === 0 ? `all ${thresholds.length} goals met` : `${broken} of ${thresholds.length} goals missed`;
  const where = gentle.length > 0 ? `${count(failed)} failed where none may, ` : "";
  return `${count(requests)} increments in ${acts.length} acts: ${where}${count(lost)} acknowledged and lost; ${goals}`;
}

/** Every act in a row; times in milliseconds, but the last two in seconds. */
export function actTable({ acts, thresholds }: Result): string[][] {
  const quiet = acts[0]?.statistics.all.times.p99 ?? 0;
  const rows = acts.map((act) => {
    const { all } = act.statistics;
    const broken = thresholds.some(({ name, met }) => name.startsWith(`${act.name}: `) && !met);
    return [
      act.name,
      count(all.requests),
      count(all.failed),
      act.allowed === "in flight" ? `${count(act.cost?.inFlight ?? 0)} in flight` : act.allowed,
      ms(act.gap),
      ms(all.times.p99),
      ms(quiet),
      (act.done / 1000).toFixed(1),
      ((act.well - act.done) / 1000).toFixed(1),
      broken ? "missed" : "met",
    ];
  });
  return [
    [
      "act",
      "requests",
      "failed",
      "may fail",
      "longest gap",
      "p99",
      "quiet p99",
      "took s",
      "well after s",
      "goals",
    ],
    ...rows,
  ];
}
