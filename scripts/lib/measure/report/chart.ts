import { escape } from "./html.ts";

/** A line of a chart. */
export interface Series {
  name: string;
  /** Colour and dashes, by the style's classes. */
  look: "one" | "two" | "three" | "four" | "bad";
  points: { x: number; y: number }[];
}

interface Chart {
  /** What it shows, for those who do not see it. */
  title: string;
  /** Below the axis, with its unit. */
  x: string;
  series: Series[];
}

const WIDTH = 720;
const HEIGHT = 260;
const EDGE = { left: 64, right: 16, top: 28, bottom: 44 };
const LINES = 4;

/** A chart as a picture in the page, without a script. Both axes begin at zero. */
export function chartSvg({ title, x, series }: Chart): string {
  const points = series.flatMap((line) => line.points);
  const right = roundUp(Math.max(...points.map((point) => point.x), 0));
  const top = roundUp(Math.max(...points.map((point) => point.y), 0));
  const across = (value: number) => EDGE.left + (value / right) * (WIDTH - EDGE.left - EDGE.right);
  const up = (value: number) => HEIGHT - EDGE.bottom - (value / top) * (HEIGHT - EDGE.top - EDGE.bottom);
  const grid = Array.from({ length: LINES + 1 }, (_, index) => {
    const [value, at] = [(top * index) / LINES, (right * index) / LINES];
    const line = `<line class="grid" x1="${EDGE.left}" x2="${WIDTH - EDGE.right}" y1="${up(value)}" y2="${up(value)}"/>`;
    const height = `<text x="${EDGE.left - 8}" y="${up(value) + 4}" text-anchor="end">${label(value)}</text>`;
    const below = `<text x="${across(at)}" y="${HEIGHT - EDGE.bottom + 16}" text-anchor="middle">${label(at)}</text>`;
    return line + height + below;
  });
  const lines = series.map(({ look, points: of }) => {
    const path = of.map((point, index) => {
      return `${index === 0 ? "M" : "L"}${across(point.x).toFixed(1)} ${up(point.y).toFixed(1)}`;
    });
    return `<path class="${look}" d="${path.join("")}"/>`;
  });
  const legend = series.map(({ name, look }, index) => {
    const at = EDGE.left + index * 150;
    return `<path class="${look}" d="M${at} 12h28"/><text x="${at + 34}" y="16">${escape(name)}</text>`;
  });
  const axis = `<text x="${WIDTH - EDGE.right}" y="${HEIGHT - 6}" text-anchor="end">${escape(x)}</text>`;
  return `<figure class="wide" tabindex="0"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(title)}">
${grid.join("")}${lines.join("")}${legend.join("")}${axis}</svg></figure>`;
}

const label = (value: number) =>
  value >= 10 ? Math.round(value).toLocaleString("en") : String(Number(value.toFixed(2)));

/** The next number that makes round labels: 1, 2, 4, 5 or 8 times a power of ten. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 8, 10].find((step) => step * power >= value * (1 - 1e-9)) ?? 10) * power;
}
