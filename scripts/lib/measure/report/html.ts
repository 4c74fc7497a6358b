/** Text as it may stand in HTML. */
export const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const kind = (cell: string) => (/^[\d.,% ]*$/.test(cell) ? ' class="number"' : "");
const cells = (row: string[], tag: string) =>
  row.map((cell, column) => `<${tag}${column === 0 ? "" : kind(cell)}>${escape(cell)}</${tag}>`).join("");

/** A table whose first row is its head; wide ones scroll by themselves on a narrow screen. */
export function tableHtml(rows: string[][]): string {
  const [head = [], ...body] = rows;
  const lines = body.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n");
  return `<div class="wide" tabindex="0"><table><thead><tr>${cells(head, "th")}</tr></thead><tbody>\n${lines}\n</tbody></table></div>`;
}

interface Page {
  title: string;
  /** Stands below the title, most important first. */
  lines: string[];
  passed: boolean;
  /** Further rules of this page's own. */
  style?: string;
  /** HTML, each with a heading. */
  sections: { title: string; html: string }[];
}

/** What every page begins with, up to its body. */
export const headHtml = (title: string, more: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
${more}
</head>`;

/** A page that needs nothing but itself: no script, no other file, no network. */
export function pageHtml({ title, lines, passed, sections, style = "" }: Page): string {
  const parts = sections.map(
    ({ title: name, html }) => `<section><h2>${escape(name)}</h2>\n${html}\n</section>`,
  );
  return `${headHtml(title, `<style>${STYLE}${style}</style>`)}
<body>
<main>
<header>
<h1>${escape(title)}</h1>
<p class="verdict ${passed ? "passed" : "failed"}">${passed ? "Passed" : "Failed"}</p>
${lines.map((line) => `<p>${escape(line)}</p>`).join("\n")}
</header>
${parts.join("\n")}
</main>
</body>
</html>
`;
}

export const STYLE = `
:root { --ink: #1b1f24; --soft: #57606a; --paper: #ffffff; --line: #d0d7de; --good: #116329; --bad: #a40e26;
  --one: #0550ae; --two: #953800; --three: #6639ba; --four: #116329; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9da7b1; --paper: #0d1117; --line: #30363d;
  --good: #56d364; --bad: #ff7b72; --one: #79c0ff; --two: #ffa657; --three: #d2a8ff; --four: #56d364; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
header p { margin: .25rem 0; overflow-wrap: anywhere; }
.verdict { font-weight: 600; } .passed { color: var(--good); } .failed { color: var(--bad); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .3rem .6rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; } .number, th + th { text-align: right; }
pre { overflow-x: auto; font-size: .85rem; }
svg { width: 100%; min-width: 34rem; height: auto; display: block; }
figure:not(.drawn) text { fill: var(--soft); font: 12px system-ui, sans-serif; }
svg .grid { stroke: var(--line); } figure:not(.drawn) path { fill: none; stroke-width: 2; }
.one { stroke: var(--one); } .two { stroke: var(--two); stroke-dasharray: 7 3; }
.three { stroke: var(--three); stroke-dasharray: 2 3; } .four { stroke: var(--four); stroke-dasharray: 12 2 2 2; }
.bad { stroke: var(--bad); stroke-dasharray: 10 4; }
svg .mark { stroke: var(--soft); stroke-dasharray: 3 3; }
svg .lane { stroke-width: 10; stroke-dasharray: none; }
figure { margin: 0; }
@media print { body { font-size: 11px; } section { break-inside: avoid; } .wide { overflow: visible; } svg { min-width: 0; } }
`;
