import { settingsLine } from "../../deployment/redis/settings.ts";
import { timeCharts } from "../load/charts.ts";
import { count } from "../load/tables.ts";
import type { Report } from "../report/document.ts";
import { lanesSvg } from "../report/lanes.ts";
import { type Result, roundTable } from "./result.ts";

const EXPLAINED = [
  "Times are from the moment in which the signal was sent.",
  '"first acknowledged after": of the increments that were sent when the process was gone, the first that was answered with a count. Where others do the same work, that is at once.',
  '"longest without any": the longest time between two acknowledgements, of whatever increments.',
  '"acknowledged and lost": answered with a count that the counter did not keep. "failed and counted": answered with an error, or not at all, and counted all the same.',
  "Increments come at a steady rate, answered or not (open model), from the built-in generator; none is sent twice.",
];

/** The result as a report. */
export function reportOf(result: Result): Report {
  const { headline, victim, how, passed, interrupted, started, rate, seconds, rounds } = result;
  const { mode, platform, replicas, version, thresholds, redis } = result;
  return {
    title: `Failover of ${victim}: ${headline}`,
    passed,
    lines: [
      `${victim} was ${how}, ${rounds.length} times, under ${count(rate)} increments a second for ${seconds} s each`,
      `Redis ${mode}: ${settingsLine(redis)}`,
      `${started}, ${platform}, ${replicas} ${replicas === 1 ? "replica" : "replicas"}, version ${version}`,
      ...(interrupted ? ["it was interrupted: these are the rounds until then"] : []),
    ],
    sections: [
      { title: "The rounds, from the fault on", svg: lanesOf(result) },
      { title: "Rounds", table: roundTable(result) },
      { title: "Required", table: requiredTable(thresholds) },
      ...timeCharts(worst(result).statistics)
        .slice(0, 1)
        .map(({ title, svg }) => ({ title: `${title}, in the worst round`, svg })),
      { title: "How to read it", lines: EXPLAINED },
    ],
  };
}

const requiredTable = (thresholds: Result["thresholds"]) => [
  ["threshold", "result", "measured"],
  ...thresholds.map(({ name, met, seen }) => [name, met ? "met" : "broken", seen]),
];

const worst = ({ rounds }: Result) => rounds.toSorted((a, b) => b.outage.gap - a.outage.gap)[0]!;

function lanesOf({ rounds }: Result): string {
  const lanes = rounds.map(({ outage }, index) => ({
    name: `round ${index + 1}`,
    spans: [
      { from: outage.from / 1000, to: outage.to / 1000, look: "one" as const },
      ...outage.gaps.map(({ from, to }) => ({ from: from / 1000, to: to / 1000, look: "bad" as const })),
    ],
  }));
  return lanesSvg({
    title: "When increments were acknowledged in each round",
    x: "seconds since the fault",
    legend: [
      { name: "acknowledged", look: "one" },
      { name: "none acknowledged", look: "bad" },
    ],
    lanes,
  });
}
