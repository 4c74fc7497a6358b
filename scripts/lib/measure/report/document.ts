import { writeFile } from "node:fs/promises";
import { type Table, textOf } from "../load/tables.ts";
import { escape, pageHtml, tableHtml } from "./html.ts";

/** A report, whatever is made of it: a page, Markdown, or text on a terminal. */
export interface Report {
  title: string;
  passed: boolean;
  /** Below the title, most important first. */
  lines: string[];
  sections: Section[];
}

export interface Section {
  title: string;
  /** A picture, for the page alone. */
  svg?: string;
  table?: Table;
  lines?: string[];
}

const json = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;

/** Writes report.html, report.md, summary.json and run.json into the folder of a run. */
export async function writeDocument(
  folder: string,
  report: Report,
  summary: object,
  facts: object,
): Promise<void> {
  await writeFile(`${folder}/summary.json`, json(summary));
  await writeFile(`${folder}/run.json`, json(facts));
  await writeFile(`${folder}/report.md`, documentMarkdown(report));
  await writeFile(`${folder}/report.html`, documentHtml(report, facts));
}

export function documentHtml({ title, passed, lines, sections }: Report, facts: object): string {
  const parts = sections.map(({ title: name, svg = "", table, lines: texts = [] }) => ({
    title: name,
    html: [svg, table ? tableHtml(table) : "", ...texts.map((line) => `<p>${escape(line)}</p>`)].join("\n"),
  }));
  const run = `<pre>${escape(JSON.stringify(facts, undefined, 2))}</pre>`;
  return pageHtml({
    title,
    passed,
    lines,
    sections: [...parts, { title: "How it was run", html: run }],
  });
}

export function documentMarkdown({ title, passed, lines, sections }: Report): string {
  const parts = sections
    .filter(({ table, lines: texts }) => table ?? texts)
    .map(({ title: name, table, lines: texts = [] }) =>
      [`## ${name}`, ...(table ? [markdownOf(table)] : []), ...texts].join("\n\n"),
    );
  return `${[`# ${title}`, passed ? "Passed." : "**Failed.**", ...lines, ...parts].join("\n\n")}\n`;
}

const row = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

function markdownOf(table: Table): string {
  const [head = [], ...body] = table;
  return [row(head), row(head.map(() => "---")), ...body.map(row)].join("\n");
}

/** Its tables and lines, for a terminal. */
export function documentText({ title, lines, sections }: Report): string {
  const parts = sections.flatMap(({ title: name, table }) => (table ? [`${name}\n${textOf(table)}`] : []));
  return [...parts, ...lines, title].join("\n");
}
