import type { Cores } from "../../load/verdict.ts";
import type { ArmResult } from "../comparison.ts";
import { NAMES } from "../limit.ts";
import type { Comparison } from "../result.ts";
import { axis, type Chart, draw, GRID, INK, LEGEND, LOOKS, SYMBOLS, TEXT, upright } from "./draw.ts";
import { roundsChart } from "./rounds-chart.ts";

/** Whoever uses CPU has a colour of its own in all charts. */
const PARTS: (keyof Cores)[] = [
  "replicas",
  "proxy",
  "redis",
  "generator",
  "recorder",
  "orchestrator",
  "others",
  "steal",
];

/** Every chart that the figures are enough for. */
export function chartsOf(comparison: Comparison): Chart[] {
  const { arms, differences } = comparison;
  if (arms.length === 0) return [];
  return [
    ...(differences.length > 0 ? [roundsChart(comparison)] : []),
    rateChart(comparison),
    latencyChart(arms),
    cpuChart(arms, comparison.method.cores),
    replicaChart(arms),
  ];
}

/** Times by rate: flat, and then the knee. */
function rateChart({ arms, method }: Comparison): Chart {
  const shown = arms.filter(({ twin }) => !twin);
  const series = shown.flatMap(({ name, samples }, index) =>
    (["p50", "p99"] as const).map((percentile) => ({
      name: `${name} ${percentile}`,
      type: "line",
      symbol: SYMBOLS[index],
      symbolSize: 6,
      color: LOOKS[index],
      lineStyle: { type: percentile === "p50" ? "solid" : "dashed", width: 2 },
      data: samples.rates.map(({ rate, times }) => [rate, Math.max(0.1, times[percentile])]),
    })),
  );
  const objective = shown.flatMap(({ samples }) => samples.rates.map(({ rate }) => rate));
  return draw(
    "Times by the rate that was asked for",
    "Solid is the middle request, dashed the 99th of 100. Where a line turns upwards, requests begin to queue: the knee.",
    340,
    {
      grid: { ...GRID, top: 64 },
      legend: LEGEND,
      xAxis: axis("requests a second", { type: "value", scale: true }),
      yAxis: upright("milliseconds", { type: "log" }),
      series: [
        ...series,
        {
          name: `objective: p99 of ${method.p99} ms`,
          type: "line",
          symbol: "none",
          silent: true,
          color: "var(--bad)",
          lineStyle: { type: "dotted", width: 2 },
          data: [
            [Math.min(...objective), method.p99],
            [Math.max(...objective), method.p99],
          ],
        },
      ],
    },
  );
}

/** How many of the users' requests were answered within what time. */
function latencyChart(arms: ArmResult[]): Chart {
  const percentiles = arms[0]!.samples.users.distribution.map(({ percentile }) => `${percentile} %`);
  return draw(
    "How long the original's users waited",
    "So many percent of their requests were answered within so many milliseconds, all rounds merged. The same size twice shows what is chance.",
    320,
    {
      grid: { ...GRID, top: 64 },
      legend: LEGEND,
      xAxis: axis("of the requests", { type: "category", data: percentiles }),
      yAxis: upright("milliseconds", { type: "log" }),
      series: arms.map(({ name, twin, samples }, index) => ({
        name,
        type: "line",
        symbol: SYMBOLS[index],
        symbolSize: 7,
        color: LOOKS[index],
        lineStyle: { type: twin ? "dashed" : "solid", width: 2 },
        data: samples.users.distribution.map(({ ms }) => Math.max(0.01, ms)),
      })),
    },
  );
}

/** Whose CPU each request took. */
function cpuChart(arms: ArmResult[], cores: number): Chart {
  const rows = arms.toReversed();
  const parts = PARTS.filter((part) => arms.some(({ perRequest }) => (perRequest[part] ?? 0) > 0.5));
  return draw(
    "Whose CPU one request took, at the highest rate that was held",
    `Microseconds of one core; this machine has ${cores}. What gets longer from one size to the next is what more replicas cost.`,
    120 + 42 * rows.length,
    {
      grid: { ...GRID, left: 120, top: 64 },
      legend: LEGEND,
      xAxis: axis("microseconds of CPU a request", { type: "value" }),
      yAxis: axis("", {
        type: "category",
        data: rows.map(({ name }) => name),
        axisLabel: { ...TEXT, color: INK },
      }),
      series: parts.map((part) => ({
        name: NAMES[part],
        type: "bar",
        stack: "cpu",
        barWidth: 22,
        color: LOOKS[PARTS.indexOf(part)],
        itemStyle: { borderColor: "var(--paper)", borderWidth: 1 },
        data: rows.map(({ perRequest }) => Math.round(perRequest[part] ?? 0)),
      })),
    },
  );
}

/** Who answered how many. */
function replicaChart(arms: ArmResult[]): Chart {
  const rows = arms.filter(({ twin }) => !twin).toReversed();
  const most = Math.max(...rows.map(({ samples }) => samples.replicas.length));
  return draw(
    "Which replica answered how many of the users' requests",
    "Equal parts say that the front door spreads them evenly.",
    100 + 42 * rows.length,
    {
      grid: { ...GRID, left: 120, top: 20 },
      xAxis: axis("percent of the answers", { type: "value", max: 100 }),
      yAxis: axis("", {
        type: "category",
        data: rows.map(({ name }) => name),
        axisLabel: { ...TEXT, color: INK },
      }),
      series: Array.from({ length: most }, (_, index) => ({
        type: "bar",
        stack: "replicas",
        barWidth: 22,
        color: LOOKS[index % LOOKS.length],
        itemStyle: { borderColor: "var(--paper)", borderWidth: 1 },
        data: rows.map(({ samples }) => {
          const share = samples.replicas[index]?.share ?? 0;
          return Number((100 * share).toFixed(1));
        }),
      })),
    },
  );
}
