import { roundUp } from "./chart.ts";
import { escape } from "./html.ts";

/** A stretch of a lane's time. */
interface Span {
  from: number;
  to: number;
  /** Its colour, by the style's classes. */
  look: "one" | "two" | "bad";
}

interface Lanes {
  /** What it shows, for those who do not see it. */
  title: string;
  /** Below the axis, with its unit. */
  x: string;
  /** What the colours mean. */
  legend: { name: string; look: Span["look"] }[];
  /** From the top; spans that come later lie over those before. */
  lanes: { name: string; spans: Span[] }[];
}

const WIDTH = 720;
const LANE = 22;
const EDGE = { left: 64, right: 16, top: 32, bottom: 44 };
const LINES = 4;

/** Lanes of time, one below the other, as a picture in the page. The axis has its zero where all begin to count. */
export function lanesSvg({ title, x, legend, lanes }: Lanes): string {
  const spans = lanes.flatMap((lane) => lane.spans);
  const left = Math.min(0, ...spans.map(({ from }) => from));
  const right = roundUp(Math.max(...spans.map(({ to }) => to), 0));
  const height = EDGE.top + lanes.length * LANE + EDGE.bottom;
  const across = (value: number) =>
    (EDGE.left + ((value - left) / (right - left)) * (WIDTH - EDGE.left - EDGE.right)).toFixed(1);
  const foot = height - EDGE.bottom;
  const grid = Array.from({ length: LINES + 1 }, (_, index) => {
    const value = (right * index) / LINES;
    const line = `<line class="grid" x1="${across(value)}" x2="${across(value)}" y1="${EDGE.top}" y2="${foot}"/>`;
    return `${line}<text x="${across(value)}" y="${foot + 16}" text-anchor="middle">${Number(value.toFixed(2))}</text>`;
  });
  const rows = lanes.map(({ name, spans: of }, index) => {
    const y = EDGE.top + (index + 0.5) * LANE;
    const paths = of.map(
      ({ from, to, look }) => `<path class="${look} lane" d="M${across(from)} ${y}H${across(to)}"/>`,
    );
    return `<text x="${EDGE.left - 8}" y="${y + 4}" text-anchor="end">${escape(name)}</text>${paths.join("")}`;
  });
  const keys = legend.map(({ name, look }, index) => {
    const at = EDGE.left + index * 190;
    return `<path class="${look} lane" d="M${at} 12h28"/><text x="${at + 34}" y="16">${escape(name)}</text>`;
  });
  const axis = `<text x="${WIDTH - EDGE.right}" y="${height - 6}" text-anchor="end">${escape(x)}</text>`;
  return `<figure class="wide" tabindex="0"><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(title)}">
${grid.join("")}${rows.join("")}${keys.join("")}${axis}</svg></figure>`;
}
