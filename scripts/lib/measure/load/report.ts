import { writeFile } from "node:fs/promises";
import { escape, pageHtml, tableHtml } from "../report/html.ts";
import { chartsOf } from "./charts.ts";
import { remarksOf, type Result, tablesOf } from "./result.ts";
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

/** The result as text for a terminal. */
export function reportText(result: Result): string {
  const tables = tablesOf(result).map(({ title, table }) => `${title}\n${textOf(table)}`);
  return [...tables, ...remarksOf(result), result.headline].join("\n");
}
