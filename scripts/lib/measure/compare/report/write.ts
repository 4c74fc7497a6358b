import { writeFile } from "node:fs/promises";
import { textOf } from "../../load/tables.ts";
import type { Comparison } from "../result.ts";
import { comparisonHtml } from "./html.ts";
import { markdownOf } from "./markdown.ts";
import { tablesOf } from "./tables.ts";

/** Writes report.html, report.md and compare.json into the folder of a comparison. */
export async function writeComparison(folder: string, comparison: Comparison): Promise<void> {
  await writeFile(`${folder}/compare.json`, `${JSON.stringify(comparison, undefined, 2)}\n`);
  await writeFile(`${folder}/report.md`, markdownOf(comparison));
  await writeFile(`${folder}/report.html`, comparisonHtml(comparison));
}

/** For a terminal: what a reader wants to see at once. */
export function comparisonText(comparison: Comparison): string {
  const { headline, remarks } = comparison;
  const tables = tablesOf(comparison).filter(({ title }) => !/^(Every|Memory|Who answered)/.test(title));
  const text = tables.map(({ title, table }) => `${title}\n${textOf(table)}`);
  return [...text, ...remarks, headline, ""].join("\n");
}
