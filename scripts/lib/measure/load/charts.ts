import { levelAt, type Plan } from "../../../../checks/load/profiles.ts";
import { chartSvg, type Series } from "../report/chart.ts";
import type { Part } from "./conduct.ts";
import type { Mark, Result } from "./result.ts";
import type { Statistics } from "./statistics.ts";

/** A chart with what stands over it. */
export interface Picture {
  title: string;
  svg: string;
}

type Slice = Statistics["slices"][number];
type Timed = Pick<Statistics, "slices"> & Partial<Pick<Statistics, "from">>;
type Of<T> = (from: T) => number;

const SECONDS = "seconds since the beginning";
const ASKED = "requests a second that were asked for";
/** Of a chart that has another one beside it. */
export const HALF = 480;

const rate: Of<Slice> = (slice) => slice.rate;
const failed: Of<Slice> = (slice) => slice.failed / slice.seconds;
const p50: Of<Slice> = ({ times }) => times.p50;
const p95: Of<Slice> = ({ times }) => times.p95;
const p99: Of<Slice> = ({ times }) => times.p99;

const line = (name: string, look: Series["look"], { slices }: Timed, of: Of<Slice>): Series => ({
  name,
  look,
  // A slice that has only begun says nothing about a rate.
  points: slices
    .filter(({ seconds }, index) => index === 0 || seconds >= slices[0]!.seconds / 2)
    .map((slice) => ({ x: slice.from, y: of(slice) })),
});

const markedAt = (marks: Mark[], { from = 0 }: Timed) =>
  marks.map(({ at, text }) => ({ x: Math.max(0, (at - from) / 1000), name: text }));

/** The charts of a report. */
export function chartsOf({ parts, marks = [] }: Pick<Result, "parts" | "marks">): Picture[] {
  const steps = stepsOf(parts);
  if (steps.length === 0) return timeCharts(parts[0]!.statistics, marks);
  return steps.length > 1 ? stepCharts(steps) : [];
}

const stepsOf = (parts: Part[]) => parts.filter(({ verdict }) => verdict !== undefined);

const stepLine = (name: string, look: Series["look"], steps: Part[], of: Of<Part>): Series => ({
  name,
  look,
  points: steps.map((part) => ({ x: part.rate, y: of(part) })),
});

const sentRate: Of<Part> = ({ statistics }) => statistics.all.rate;
const stepTime =
  (percentile: "p50" | "p99"): Of<Part> =>
  ({ statistics }) =>
    statistics.all.times[percentile];

/** Times and rates of a run that went up in steps. */
export function stepCharts(steps: Part[], width?: number): Picture[] {
  const title = "Times by rate, in milliseconds";
  const series = [
    stepLine("p50", "one", steps, stepTime("p50")),
    stepLine("p99", "two", steps, stepTime("p99")),
  ];
  const sent = "Requests a second, asked for and sent";
  const rates = [
    stepLine("asked for", "three", steps, (part) => part.rate),
    stepLine("sent", "one", steps, sentRate),
  ];
  return [
    { title, svg: chartSvg({ title, x: ASKED, series, width }) },
    { title: sent, svg: chartSvg({ title: sent, x: ASKED, series: rates, width }) },
  ];
}

/** Rate and percentiles over time. */
export function timeCharts(statistics: Timed, changes: Mark[] = []): Picture[] {
  const marks = markedAt(changes, statistics);
  const rates = [line("requests", "one", statistics, rate), line("failed", "bad", statistics, failed)];
  const times = timeLines(statistics);
  return [
    {
      title: "Requests and failures a second",
      svg: chartSvg({ title: "Requests and failures over time", x: SECONDS, series: rates, marks }),
    },
    {
      title: "Times in milliseconds",
      svg: chartSvg({ title: "Percentiles over time", x: SECONDS, series: times, marks }),
    },
  ];
}

const timeLines = (statistics: Timed) => [
  line("p50", "one", statistics, p50),
  line("p95", "two", statistics, p95),
  line("p99", "three", statistics, p99),
];

/** The same figures beside what was planned, also while they come in; the axis of time has `right` seconds. */
export function liveCharts(
  statistics: Timed,
  plan: Plan,
  changes: Mark[],
  right: number,
  readable = false,
): Picture[] {
  const marks = markedAt(changes, statistics);
  const level: Of<Slice> = ({ from }) => levelAt(plan, from) ?? plan.stages.at(-1)!.target;
  const wanted = plan.model === "closed" ? "Users" : "Requests a second, asked for";
  const drawn: [string, Series[]][] = [
    [wanted, [line(wanted.toLowerCase(), "four", statistics, level)]],
    ["Requests a second", [line("requests", "one", statistics, rate)]],
    ["Response times in milliseconds", timeLines(statistics)],
    ["Failures a second", [line("failures", "bad", statistics, failed)]],
  ];
  return drawn.map(([title, series]) => {
    const shown = { title, x: SECONDS, series, marks, right, width: HALF, readable };
    return { title, svg: chartSvg(shown) };
  });
}

/** What a plan wants over time. */
export function planChart(plan: Plan): Picture {
  const title = plan.model === "closed" ? "Users over time" : "Requests a second over time";
  let x = 0;
  const points = [{ x, y: plan.from }];
  for (const { seconds, target } of plan.stages) points.push({ x: (x += seconds), y: target });
  const series: Series[] = [{ name: "planned", look: "four", points }];
  return { title, svg: chartSvg({ title, x: "seconds", series, right: x, width: HALF }) };
}

/** Two runs laid over each other: by time, or, where both went up in steps, by the rate of these. */
export function overlay(runs: { name: string; parts: Part[] }[]): Picture[] {
  const looks = ["one", "two"] as const;
  const bySteps = runs.every(({ parts }) => stepsOf(parts).length > 0);
  const picture = (
    title: string,
    x: string,
    of: (run: (typeof runs)[number], look: Series["look"]) => Series,
  ) => ({
    title,
    svg: chartSvg({
      title,
      x,
      width: HALF,
      readable: true,
      series: runs.map((run, index) => of(run, looks[index]!)),
    }),
  });
  const overTime = (title: string, of: Of<Slice>) =>
    picture(title, SECONDS, ({ name, parts }, look) => line(name, look, parts[0]!.statistics, of));
  const overRate = (title: string, of: Of<Part>) =>
    picture(title, ASKED, ({ name, parts }, look) => stepLine(name, look, stepsOf(parts), of));
  if (bySteps)
    return [
      overRate("Requests a second, sent", sentRate),
      overRate("99th percentile in milliseconds", stepTime("p99")),
    ];
  return [
    overTime("Requests a second", rate),
    overTime("Median in milliseconds", p50),
    overTime("95th percentile in milliseconds", p95),
    overTime("Failures a second", failed),
  ];
}
