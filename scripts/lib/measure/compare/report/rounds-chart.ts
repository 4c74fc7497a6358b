import type { Difference } from "../comparison.ts";
import type { Comparison } from "../result.ts";
import { axis, type Chart, draw, GRID, INK, LEGEND, LOOKS, TEXT } from "./draw.ts";

/** Axes end at round numbers. */
const STEP = 0.05;

/** Each round's ratio as a point, with the interval of all. */
export function roundsChart({ noise, differences, arms }: Comparison): Chart {
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
        min: Number((Math.floor((least - room) / STEP) * STEP).toFixed(2)),
        max: Number((Math.ceil((most + room) / STEP) * STEP).toFixed(2)),
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
        },
        {
          name: "all rounds",
          type: "scatter",
          symbol: "diamond",
          symbolSize: 13,
          color: INK,
          data: rows.map(({ rate }, index) => [rate.ratio, index]),
          markLine: {
            silent: true,
            symbol: "none",
            label: { show: false },
            lineStyle: { color: INK, type: "dashed", width: 1 },
            data: [{ xAxis: 1 }],
          },
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
