// The report in a real browser: nobody is kept from reading it, and it asks nobody for anything.

import { readFileSync } from "node:fs";
import t from "tap";
import { findings, noBrowser, open, picture, startBrowser } from "../../../../../service/testing/browser.ts";
import { readSettings } from "../../../run/settings.ts";
import { knownComparison } from "../../../testing/known-comparison.ts";
import { listReports } from "../../report/folder.ts";
import { runFacts } from "../../report/run-facts.ts";
import type { Figures } from "../comparison.ts";
import { resultOf } from "../result.ts";
import { comparisonText, writeComparison } from "./write.ts";

/** With a part of the CPU that nobody used: it has to be told from the others in the charts. */
function coloured(figures: Figures): Figures {
  const perRequest = { replicas: 300, proxy: 120, redis: 60, generator: 90, recorder: 20, others: 150 };
  return { ...figures, arms: figures.arms.map((arm) => ({ ...arm, perRequest, kernelPerRequest: 411 })) };
}

t.test("the report, written", async (t) => {
  const { figures } = await knownComparison(t, {
    sizes: [1, 4],
    rounds: 2,
    capacity: (size) => 200 + 10 * size,
  });
  const reports = t.testdir({ compare: {} });
  const folder = `${reports}/compare`;
  const facts = runFacts("make compare", readSettings({}), { subjects: [] });
  const more = { interrupted: false, started: "2026-01-02T03:04:05Z", seconds: 700, facts };
  const comparison = resultOf(coloured(figures), more);
  await writeComparison(folder, comparison);

  await t.test("as JSON and in the list of reports", async (t) => {
    t.same(
      JSON.parse(readFileSync(`${folder}/compare.json`, "utf8")),
      JSON.parse(JSON.stringify(comparison)),
    );
    t.same(listReports(reports), [{ name: "compare", passed: true, headline: comparison.headline }]);
  });

  await t.test("as Markdown and as text", async (t) => {
    const markdown = readFileSync(`${folder}/report.md`, "utf8");
    t.match(markdown, `**${comparison.headline}**`);
    t.match(markdown, /^\| swarm 4 +\|/m);
    t.match(markdown, /with the seed 3/);
    t.match(
      markdown,
      /^\| size .*\| all \| of all, in the kernel \|\n.*\n\| swarm 1 \|.* [\d,]+ \| 411 \|$/m,
    );
    const columns = markdown.split("\n").filter((line) => line.startsWith("| swarm 1 |"));
    t.ok(columns.length > 4);
    t.match(comparisonText(comparison), new RegExp(`${comparison.headline.slice(0, 20)}.*\\n$`));
  });

  await t.test("as a page of one file", async (t) => {
    const html = readFileSync(`${folder}/report.html`, "utf8");
    t.equal(/<script|<link|src=|href=|@import|url\((?!#)/.exec(html), null);
    t.equal(html.match(/<svg [^>]*role="img" aria-label="[^"]+"/g)?.length, 5, "each chart has a name");
    t.equal(/NaN|undefined|Infinity/.exec(html), null);
  });

  await t.test("nobody is kept from reading it", { skip: noBrowser }, async (t) => {
    const browser = await startBrowser(t);
    for (const [width, colorScheme] of [
      [360, "dark"],
      [360, "light"],
      [1200, "dark"],
      [1200, "light"],
    ] as const) {
      const look = { viewport: { width, height: 800 }, colorScheme };
      const { page, complaints } = await open(browser, `file://${folder}/report.html`, look);
      t.equal(await page.evaluate("document.documentElement.scrollWidth"), width, "nothing hangs over");
      t.same(await findings(page), [], `${width} ${colorScheme}`);
      t.same(complaints, [], "it asks nobody");
      await picture(page, `${width}-${colorScheme}`);
    }
    const plain = { viewport: { width: 800, height: 800 }, javaScriptEnabled: false };
    const { page } = await open(browser, `file://${folder}/report.html`, plain);
    await page.getByText(comparison.headline).first().waitFor({ timeout: 5000 });
    await page.getByText("18 rows").or(page.getByText("6 rows")).first().click();
    await page.getByRole("cell", { name: "objective broke" }).first().waitFor({ timeout: 5000 });
    const pdf = await page.pdf({ format: "A4" });
    t.match(pdf.subarray(0, 5).toString(), "%PDF-");
    t.ok(pdf.length > 30_000, `${pdf.length} bytes`);
  });
});
