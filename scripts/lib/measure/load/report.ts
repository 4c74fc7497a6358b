import { writeFile } from "node:fs/promises";
import { chartSvg, type Series } from "../report/chart.ts";
import { escape, pageHtml, tableHtml } from "../report/html.ts";
import type { Part } from "./conduct.ts";
import { remarksOf, type Result, tablesOf } from "./result.ts";
import type { Statistics } from "./statistics.ts";
import { textOf } from "./tables.ts";

/** What a reader who knows nothing of the kit needs to read the tables. */
const EXPLAINED = [
  "A request is timed from when it was meant to start to the last byte of its answer.",
  "Percentiles are of the requests themselves, never means of percentiles.",
  '"before sending" is what of that time passed before the request was sent: late, waiting for a connection, or connecting.',
  '"connecting" counts the connections that were opened.',
];

/** Writes report.html, summary.json and run.json into the folder of a run. */
export async function writeReport(folder: string, result: Result, facts: object): Promise<void> {
  await writeFile(`${folder}/summary.json`, `${JSON.stringify(result, undefined, 2)}\n`);
  await writeFile(`${folder}/run.json`, `${JSON.stringify(facts, undefined, 2)}\n`);
  await writeFile(`${folder}/report.html`, reportHtml(result, facts));
}

/** The report as a page that needs nothing but itself. */
function reportHtml(result: Result, facts: object): string {
  const { profile, target, started, generator, headline, passed } = result;
  const replicas = `${target.replicas} ${target.replicas === 1 ? "replica" : "replicas"}`;
  const where = `${target.url}, ${target.orchestrator}, ${replicas}, version ${target.version}`;
  return pageHtml({
    title: `Load ${profile}: ${headline}`,
    passed,
    lines: [`${started}, ${where}, sent by ${generator.name} (${generator.version})`, ...remarksOf(result)],
    sections: [
      ...chartsOf(result).map(({ title, svg }) => ({ title, html: svg })),
      ...tablesOf(result).map(({ title, table }) => ({ title, html: tableHtml(table) })),
      { title: "How to read it", html: EXPLAINED.map((line) => `<p>${escape(line)}</p>`).join("\n") },
      { title: "How it was run", html: `<pre>${escape(JSON.stringify(facts, undefined, 2))}</pre>` },
    ],
  });
}

function chartsOf({ parts }: Result): { title: string; svg: string }[] {
  const steps = parts.filter(({ verdict }) => verdict !== undefined);
  if (steps.length === 0) return timeCharts(parts[0]!.statistics);
  return steps.length > 1 ? stepCharts(steps) : [];
}

function stepCharts(steps: Part[]): { title: string; svg: string }[] {
  const line = (name: string, look: Series["look"], of: (part: Part) => number): Series => ({
    name,
    look,
    points: steps.map((part) => ({ x: part.rate, y: of(part) })),
  });
  const title = "Times by rate, in milliseconds";
  const series = [
    line("p50", "one", ({ statistics }) => statistics.all.times.p50),
    line("p99", "two", ({ statistics }) => statistics.all.times.p99),
  ];
  const sent = "Requests a second, asked for and sent";
  const rates = [
    line("asked for", "three", ({ rate }) => rate),
    line("sent", "one", ({ statistics }) => statistics.all.rate),
  ];
  const x = "requests a second that were asked for";
  return [
    { title, svg: chartSvg({ title, x, series }) },
    { title: sent, svg: chartSvg({ title: sent, x, series: rates }) },
  ];
}

/** Rate and percentiles over time. */
export function timeCharts(statistics: Pick<Statistics, "slices">): { title: string; svg: string }[] {
  // A slice that has only begun says nothing about a rate.
  const slices = statistics.slices.filter(
    ({ seconds }, index, all) => seconds >= all[0]!.seconds / 2 || index === 0,
  );
  const line = (name: string, look: Series["look"], of: (slice: (typeof slices)[number]) => number) => ({
    name,
    look,
    points: slices.map((slice) => ({ x: slice.from, y: of(slice) })),
  });
  const rates = [
    line("requests", "one", ({ rate }) => rate),
    line("failed", "bad", ({ failed, seconds }) => failed / seconds),
  ];
  const times = [
    line("p50", "one", (slice) => slice.times.p50),
    line("p95", "two", (slice) => slice.times.p95),
    line("p99", "three", (slice) => slice.times.p99),
  ];
  const x = "seconds since the beginning";
  return [
    {
      title: "Requests and failures a second",
      svg: chartSvg({ title: "Requests and failures over time", x, series: rates }),
    },
    {
      title: "Times in milliseconds",
      svg: chartSvg({ title: "Percentiles over time", x, series: times }),
    },
  ];
}

/** The result as text for a terminal. */
export function reportText(result: Result): string {
  const tables = tablesOf(result).map(({ title, table }) => `${title}\n${textOf(table)}`);
  return [...tables, ...remarksOf(result), result.headline].join("\n");
}
