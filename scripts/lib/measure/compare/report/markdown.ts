import type { Table } from "../../load/tables.ts";
import type { Comparison } from "../result.ts";
import { methodOf } from "./method.ts";
import { tablesOf } from "./tables.ts";

/** The report as Markdown, for a README. */
export function markdownOf(comparison: Comparison): string {
  const { headline, remarks, started, seconds, facts } = comparison;
  return [
    `# Comparison of ${started}`,
    `**${headline}**`,
    remarks.map((line) => `- ${line}`).join("\n"),
    machineText(comparison),
    ...tablesOf(comparison).map(({ title, table }) => `## ${title}\n\n${markdownTable(table)}`),
    `## How it was measured\n\nIt took ${Math.round(seconds / 60)} min.\n\n${methodOf(comparison)
      .map((line) => `- ${line}`)
      .join("\n")}`,
    `## How it was run\n\n\`\`\`json\n${JSON.stringify(facts, undefined, 2)}\n\`\`\``,
  ]
    .filter(Boolean)
    .join("\n\n")
    .concat("\n");
}

/** On what machine, in a sentence. */
export function machineText({ facts, method }: Pick<Comparison, "facts" | "method">): string {
  const { machine, command } = facts;
  const { system, kernel, architecture, cores, processor, memory } = machine;
  const size = `${cores} ${cores === 1 ? "core" : "cores"}, ${(memory / 2 ** 30).toFixed(0)} GiB`;
  return `Measured on ${size} (${processor ?? architecture}), ${system}, kernel ${kernel}, with the generator on the same machine: \`${command}\`, seed ${method.seed}.`;
}

const number = (text: string) => /^[\d.,;% \-[\]]*$/.test(text);

const line = (row: string[]) => `| ${row.join(" | ")} |`;

/** A table that GitHub and its like show, aligned as text, too; numbers to the right. */
export function markdownTable(table: Table): string {
  const [head = [], ...body] = table.map((row) => row.map((text) => text.replaceAll("|", "\\|")));
  const right = head.map((_, column) => column > 0 && body.every((row) => number(row[column] ?? "")));
  return [line(head), `|${right.map((is) => (is ? "--:" : "---")).join("|")}|`, ...body.map(line)].join("\n");
}
