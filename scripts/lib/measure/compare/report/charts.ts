import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { Cores } from "../../load/verdict.ts";
import { escape } from "../../report/html.ts";
import type { ArmResult, Difference } from "../comparison.ts";
import { NAMES } from "../limit.ts";
import type { Comparison } from "../result.ts";

echarts.use([BarChart, CustomChart, LineChart, ScatterChart, GridComponent, LegendComponent, SVGRenderer]);

/** A picture with what it shows, for those who do not see it. */
export interface Chart {
  title: string;
  /** What to look for in it. */
  note: string;
  svg: string;
}

const WIDTH = 720;
/** The page's own colours: it says what they are, in the light, in the dark and on paper. */
const INK = "var(--ink)";
const SOFT = "var(--soft)";
const LINE = "var(--line)";
const LOOKS = [1, 2, 3, 4, 5, 6, 7, 8].map((index) => `var(--c${index})`);
const SYMBOLS = ["circle", "rect", "triangle", "diamond", "pin", "arrow", "roundRect", "circle"];
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

type Option = echarts.EChartsCoreOption;

const TEXT = { color: SOFT, fontFamily: "system-ui, sans-serif", fontSize: 12 };
const axis = (name: string, more: object = {}) => ({
  name,
  nameLocation: "middle",
  nameGap: 30,
  nameTextStyle: TEXT,
  axisLabel: { ...TEXT, hideOverlap: true },
  axisLine: { lineStyle: { color: LINE } },
  axisTick: { lineStyle: { color: LINE } },
  splitLine: { lineStyle: { color: LINE } },
  ...more,
});
const upright = (name: string, more: object = {}) => axis(name, { nameGap: 48, ...more });
const GRID = { left: 76, right: 20, top: 40, bottom: 52 };
const LEGEND = { top: 4, left: 60, textStyle: { ...TEXT, color: INK }, itemWidth: 22, itemHeight: 10 };

/** Draws without a browser: the library writes SVG as text. */
function draw(title: string, note: string, height: number, option: Option): Chart {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
  chart.setOption({ animation: false, textStyle: TEXT, color: LOOKS, grid: GRID, ...option });
  const plain = chart.renderToSVGString();
  chart.dispose();
  // It scales with the page, and is one picture with one name to those who hear it.
  const svg = plain
    .replace(
      /^<svg [^>]*>/,
      `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(title)}">`,
    )
    .replaceAll(/<style[^>]*>[^]*?<\/style>| (ecmeta_\w+|class|pointer-events)="[^"]*"/g, "");
  return { title, note, svg: `<figure class="wide drawn" tabindex="0">${svg}</figure>` };
}

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

const round = (value: number) => Number(value.toFixed(2));

/** Each round's ratio as a point, with the interval of all. */
function roundsChart({ noise, differences, arms }: Comparison): Chart {
  const twin = arms.find((arm) => arm.twin);
  const rows = [
    ...(noise && twin ? [{ name: `${twin.name}: noise`, rate: noise.rate }] : []),
    ...differences.map(({ base, other, rate }: Difference) => ({ name: `${other} / ${base}`, rate })),
  ].toReversed();
  const intervals = rows.flatMap(({ rate }, index) => (rate.interval ? [[...rate.interval, index]] : []));
  const points = rows.flatMap(({ rate }, index) => rate.rounds.map((ratio) => [ratio, index]));
  const values = [1, ...rows.flatMap(({ rate }) => [...rate.rounds, ...(rate.interval ?? [])])];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(0.05, (most - least) * 0.1);
  return draw(
    "Rounds, each as a point, with the interval of all",
    "A difference shows where the bar leaves 1 out and is further from it than the same size measured twice.",
    110 + 44 * rows.length,
    {
      grid: { ...GRID, left: 170 },
      legend: { ...LEGEND, data: ["interval", "a round", "all rounds"] },
      xAxis: axis("times what the other held", {
        type: "value",
        min: round(least - room),
        max: round(most + room),
      }),
      yAxis: axis("", {
        type: "category",
        data: rows.map(({ name }) => name),
        axisLabel: { ...TEXT, color: INK },
      }),
      series: [
        {
          name: "interval",
          type: "custom",
          color: LOOKS[0],
          data: intervals,
          renderItem: (_: unknown, api: CustomApi) => {
            const [from, to] = [0, 1].map((end) => api.coord([api.value(end), api.value(2)])) as [
              Place,
              Place,
            ];
            const shape = { x: from[0], y: from[1] - 7, width: Math.max(2, to[0] - from[0]), height: 14 };
            return { type: "rect", shape, style: { fill: LOOKS[0], opacity: 0.3 } };
          },
        },
        {
          name: "a round",
          type: "scatter",
          symbolSize: 9,
          color: LOOKS[1],
          data: points,
          markLine: undefined,
        },
        {
          name: "all rounds",
          type: "scatter",
          symbol: "diamond",
          symbolSize: 13,
          color: INK,
          data: rows.map(({ rate }, index) => [rate.ratio, index]),
        },
        {
          type: "line",
          silent: true,
          symbol: "none",
          lineStyle: { color: INK, type: "dashed", width: 1 },
          data: [
            [1, rows[0]!.name],
            [1, rows.at(-1)!.name],
          ],
        },
      ],
    },
  );
}

type Place = [number, number];
interface CustomApi {
  value: (dimension: number) => number;
  coord: (point: [number, number]) => Place;
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
  const most = Math.max(...rows.map(({ samples }) => Object.keys(samples.replicas).length));
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
          const share = Object.values(samples.replicas)[index]?.share ?? 0;
          return Number((100 * share).toFixed(1));
        }),
      })),
    },
  );
}
