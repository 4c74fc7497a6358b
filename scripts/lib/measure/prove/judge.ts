import { count, ms } from "../load/tables.ts";
import type { Threshold } from "../load/verdict.ts";
import type { Cost } from "./flights.ts";
import type { Played } from "./play.ts";

/** Less than this share of the rate is not the rate. */
const SENT_ENOUGH = 0.95;
/** Where no request may fail, none of so many is what is to be shown. */
const ENOUGH = 20_000;
const NO_COST: Cost = { inFlight: 0, beside: 0 };

/** Holds an act against what is required of it. `rate` is that of the increments, in a second, `seconds` their time. */
export function judge(played: Played, rate: number, seconds: number): Threshold[] {
  const { name, statistics, ledger, lost, problems, dropped } = played;
  const { requests, rate: sent } = statistics.all;
  const least = SENT_ENOUGH * rate * seconds;
  return [
    ...failures(played),
    {
      name: `${name}: none acknowledged and lost`,
      met: lost === 0 && ledger.impossible === 0,
      seen: `${count(lost)} of ${count(ledger.acknowledged)}`,
    },
    {
      name: `${name}: none counted that nobody sent`,
      met: ledger.extra === 0 && ledger.repeated === 0,
      seen: `${count(ledger.extra)}, and ${count(ledger.repeated)} were given twice`,
    },
    {
      name: `${name}: at least ${count(least)} requests, at ${count(SENT_ENOUGH * rate)} a second`,
      met: requests >= least && sent >= SENT_ENOUGH * rate && dropped === 0,
      seen: `${count(requests)}, at ${count(sent)} a second, ${count(dropped)} dropped`,
    },
    { name: `${name}: it went as it should`, met: problems.length === 0, seen: problems.join("; ") || "yes" },
  ];
}

/** What is required of the requests that failed. */
function failures({ name, statistics, allowed, cost = NO_COST }: Played): Threshold[] {
  const { requests, failed } = statistics.all;
  const seen = `${count(failed)} of ${count(requests)}`;
  const short = requests < ENOUGH ? `, short of ${count(ENOUGH)}` : "";
  if (allowed === "none")
    return [{ name: `${name}: none failed`, met: failed === 0, seen: `${seen}${short}` }];
  if (allowed === "any") return [];
  const { inFlight, beside } = cost;
  const detail = `${count(inFlight)} in flight there, ${count(beside)} failed beside them`;
  const goal = "none failed but what was in flight at what was ended";
  return [{ name: `${name}: ${goal}`, met: beside === 0 && failed <= inFlight, seen: `${seen}, ${detail}` }];
}

/** The account of an act in a few words. */
export function ledgerVerdict({
  ledger,
  lost,
  counted,
}: Pick<Played, "ledger" | "lost" | "counted">): string {
  const { acknowledged, extra, repeated, impossible } = ledger;
  const wrong = Object.entries({ lost, "too many": extra, repeated, impossible }).filter(
    ([, times]) => times > 0,
  );
  if (wrong.length > 0) return wrong.map(([what, times]) => `${count(times)} ${what}`).join(", ");
  return `right: ${count(acknowledged)}${counted > 0 ? `, and ${count(counted)} that failed` : ""}`;
}

/** An act in a line, while the others go on. */
export const noteOf = ({ statistics: { all }, gap, lost, note }: Played): string =>
  `${count(all.requests)} requests, ${count(all.failed)} failed, gap ${ms(gap)} ms, p99 ${ms(all.times.p99)} ms, ${count(lost)} lost${note && `  ${note}`}`;
