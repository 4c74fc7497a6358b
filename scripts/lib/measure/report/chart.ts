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
  /** Where the axis below ends, if not at the next round number. */
  right?: number;
  /** Upright lines, each with what happened there. */
  marks?: { x: number; name: string }[];
  /** Shows the values at each point to a mouse that rests there. */
  readable?: boolean;
  /** Of the drawing; its texts are as large in a narrow one. */
  width?: number | undefined;
}

const WIDTH = 720;
const HEIGHT = 260;
const EDGE = { left: 64, right: 16, top: 28, bottom: 44 };
const LINES = 4;
/** As wide as one is, at most. */
const LETTER = 7;

/** A chart as a picture in the page, without a script. Both axes begin at zero. */
export function chartSvg({
  title,
  x,
  series,
  right: end,
  marks = [],
  width = WIDTH,
  readable,
}: Chart): string {
  const points = series.flatMap((line) => line.points);
  const right = end ?? roundUp(Math.max(...points.map((point) => point.x), 0));
  const top = roundUp(Math.max(...points.map((point) => point.y), 0));
  const across = (value: number) => EDGE.left + (value / right) * (width - EDGE.left - EDGE.right);
  const up = (value: number) => HEIGHT - EDGE.bottom - (value / top) * (HEIGHT - EDGE.top - EDGE.bottom);
  const below = (end === undefined ? quarters(right) : wholeParts(end)).map((at) => {
    return `<text x="${across(at)}" y="${HEIGHT - EDGE.bottom + 16}" text-anchor="middle">${label(at)}</text>`;
  });
  const grid = quarters(top).map((value) => {
    const line = `<line class="grid" x1="${EDGE.left}" x2="${width - EDGE.right}" y1="${up(value)}" y2="${up(value)}"/>`;
    const height = `<text x="${EDGE.left - 8}" y="${up(value) + 4}" text-anchor="end">${label(value)}</text>`;
    return line + height;
  });
  const lines = series.map(({ look, points: of }) => {
    const path = of.map((point, index) => {
      return `${index === 0 ? "M" : "L"}${across(point.x).toFixed(1)} ${up(point.y).toFixed(1)}`;
    });
    return `<path class="${look}" d="${path.join("")}"/>`;
  });
  const legend = series.map(({ name, look }, index) => {
    const at = EDGE.left + index * Math.min(150, (width - EDGE.left) / series.length);
    return `<path class="${look}" d="M${at} 12h28"/><text x="${at + 34}" y="16">${escape(name)}</text>`;
  });
  const changes = marks.map(({ x: at, name }, index) => {
    const where = across(Math.min(at, right));
    const fits = where + 4 + name.length * LETTER < width;
    const [side, anchor] = fits ? [4, "start"] : [-4, "end"];
    // Two that are close to each other stand below each other.
    const y = EDGE.top + 12 + (index % 2) * 14;
    const text = `<text x="${(where + side).toFixed(1)}" y="${y}" text-anchor="${anchor}">${escape(name)}</text>`;
    return `<path class="mark" d="M${where.toFixed(1)} ${EDGE.top}V${HEIGHT - EDGE.bottom}"/>${text}`;
  });
  const values = readable
    ? valuesAt(series, x).map(({ at, text }, index, all) => {
        const [from, to] = [all[index - 1]?.at ?? at, all[index + 1]?.at ?? at].map((other) =>
          across((at + other) / 2),
        );
        const size = `width="${(to! - from!).toFixed(1)}" height="${HEIGHT - EDGE.top - EDGE.bottom}"`;
        return `<rect class="values" x="${from!.toFixed(1)}" y="${EDGE.top}" ${size}><title>${escape(text)}</title></rect>`;
      })
    : [];
  const axis = `<text x="${width - EDGE.right}" y="${HEIGHT - 6}" text-anchor="end">${escape(x)}</text>`;
  return `<figure class="wide" tabindex="0"><svg viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${escape(title)}">
${grid.join("")}${below.join("")}${changes.join("")}${lines.join("")}${legend.join("")}${values.join("")}${axis}</svg></figure>`;
}

/** What the lines say at each point, in words. */
function valuesAt(series: Series[], x: string): { at: number; text: string }[] {
  const all = series.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })));
  const groups = [...Map.groupBy(all, (point) => point.x)].toSorted(([a], [b]) => a - b);
  return groups.map(([at, points]) => {
    const values = points.map(({ name, y }) => `${name}: ${label(y)}`);
    return { at, text: [`${label(at)} ${x}`, ...values].join("\n") };
  });
}

const label = (value: number) => Number(value.toFixed(2)).toLocaleString("en");

const quarters = (end: number) => Array.from({ length: LINES + 1 }, (_, index) => (end * index) / LINES);

/** Steps of an axis that ends where it is told: as people divide minutes and hours. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400];
const MOST_STEPS = 6;

function wholeParts(end: number): number[] {
  const step = STEPS.find((one) => end / one <= MOST_STEPS) ?? end;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step);
}

/** The next number that makes round labels: 1, 2, 4, 5 or 8 times a power of ten. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 8, 10].find((step) => step * power >= value * (1 - 1e-9)) ?? 10) * power;
}
