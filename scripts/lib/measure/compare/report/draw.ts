import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { escape } from "../../report/html.ts";

const CHARTS = [BarChart, CustomChart, LineChart, ScatterChart];
echarts.use([...CHARTS, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer]);

/** A picture with what it shows, for those who do not see it. */
export interface Chart {
  title: string;
  /** What to look for in it. */
  note: string;
  svg: string;
}

const WIDTH = 720;
/** The page's own colours: it says what they are, in the light, in the dark and on paper. */
export const INK = "var(--ink)";
const SOFT = "var(--soft)";
const LINE = "var(--line)";
export const LOOKS = [1, 2, 3, 4, 5, 6, 7, 8].map((index) => `var(--c${index})`);
export const SYMBOLS = ["circle", "rect", "triangle", "diamond", "pin", "arrow", "roundRect", "circle"];

type Option = echarts.EChartsCoreOption;

export const TEXT = { color: SOFT, fontFamily: "system-ui, sans-serif", fontSize: 12 };
export const axis = (name: string, more: object = {}) => ({
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
export const upright = (name: string, more: object = {}) => axis(name, { nameGap: 48, ...more });
export const GRID = { left: 76, right: 20, top: 40, bottom: 52 };
export const LEGEND = {
  top: 4,
  left: 60,
  textStyle: { ...TEXT, color: INK },
  itemWidth: 22,
  itemHeight: 10,
  itemGap: 18,
};

/** Draws without a browser: the library writes SVG as text. */
export function draw(title: string, note: string, height: number, option: Option): Chart {
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
