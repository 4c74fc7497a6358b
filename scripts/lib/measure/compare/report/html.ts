import { escape, pageHtml, tableHtml } from "../../report/html.ts";
import type { Comparison } from "../result.ts";
import { chartsOf } from "./charts.ts";
import { machineText } from "./markdown.ts";
import { methodOf } from "./method.ts";
import { tablesOf } from "./tables.ts";

/** What is long, and only looked up: it stays folded on a screen, and no script is needed for that. */
const FOLDED = /^Every /;

/** The colours of the charts: told apart by those who see few of them, and on paper. */
const STYLE = `
:root { --c1: #0550ae; --c2: #bc4c00; --c3: #6639ba; --c4: #116329; --c5: #bf3989; --c6: #7d4e00; --c7: #57606a; --c8: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --c1: #79c0ff; --c2: #ffa657; --c3: #d2a8ff; --c4: #56d364; --c5: #ff9bce;
  --c6: #e3b341; --c7: #8b949e; --c8: #ff7b72; } }
@media print { :root { --ink: #1b1f24; --soft: #57606a; --paper: #ffffff; --line: #d0d7de; --good: #116329; --bad: #a40e26;
  --c1: #0550ae; --c2: #bc4c00; --c3: #6639ba; --c4: #116329; --c5: #bf3989; --c6: #7d4e00; --c7: #57606a; --c8: #a40e26; }
  table { font-size: .75em; } th, td { white-space: normal; padding: .15rem .3rem; } }
header .verdict + p { font-size: 1.15rem; margin: .5rem 0 1rem; max-width: 46rem; }
section p, section li, header li { max-width: 46rem; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: .5rem 0; }`;

const list = (lines: string[]) => `<ul>${lines.map((line) => `<li>${escape(line)}</li>`).join("\n")}</ul>`;

/** The report as one page that needs nothing but itself. */
export function comparisonHtml(comparison: Comparison): string {
  const { arms, headline, remarks, passed, started, facts } = comparison;
  return pageHtml({
    title: `Comparison: ${arms
      .filter(({ twin }) => !twin)
      .map(({ name }) => name)
      .join(", ")}`,
    passed,
    style: STYLE,
    lines: [headline, started, machineText(comparison).replaceAll("`", "")],
    sections: [
      ...(remarks.length > 0 ? [{ title: "What else it says", html: list(remarks) }] : []),
      ...chartsOf(comparison).map(({ title, note, svg }) => ({
        title,
        html: `<p>${escape(note)}</p>\n${svg}`,
      })),
      ...tablesOf(comparison).map(({ title, table }) => {
        const html = tableHtml(table);
        const folded = `<details><summary>${table.length - 1} rows</summary>\n${html}\n</details>`;
        return { title, html: FOLDED.test(title) ? folded : html };
      }),
      { title: "How it was measured", html: list(methodOf(comparison)) },
      {
        title: "How it was run",
        html: `<pre tabindex="0">${escape(JSON.stringify(facts, undefined, 2))}</pre>`,
      },
    ],
  });
}
