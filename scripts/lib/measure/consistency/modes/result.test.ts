import t from "tap";
import type { RedisMode } from "../../../run/values.ts";
import { LedgerBook } from "../../load/ledger.ts";
import { documentHtml, documentText } from "../../report/document.ts";
import { resultOf, type Seen } from "../result.ts";
import { planOf } from "./plan.ts";
import { modesReport, tableSection } from "./report.ts";
import { type Ending, modesResult } from "./result.ts";

const setting = {
  ...planOf("single", ["single", "independent", "sentinel"]),
  platform: "Docker Swarm",
  replicas: 2,
  version: "0123456789ab",
  rate: 100,
  increments: 2,
  started: "2026-11-25T01:02:03.456Z",
};

const seen = (values: number[]): Seen[] =>
  values.map((value, index) => ({ replica: `counter_app.${(index % 2) + 1}`, at: index / 10, value }));

/** A check of a mode whose increments were answered with these, from `before` on. */
function check(mode: RedisMode, before: number, increments: number[], reads: number[], own?: number[]) {
  const book = new LedgerBook(before);
  for (const value of increments) book.acknowledge(value);
  const about = { mode, promised: mode !== "independent", url: "http://127.0.0.1", orchestrator: "swarm" };
  const { replicas, version, started } = setting;
  return resultOf(
    { ...about, replicas, version, started },
    seen(increments),
    { seen: seen(reads), failed: 0, ...(own && { own }) },
    book.close(reads.at(-1)!),
    false,
  );
}

const SINGLE = check("single", 10, [11, 12], [12, 12]);
const INDEPENDENT = check("independent", 12, [13, 13], [13, 13], [13, 13, 12]);
const SENTINEL = check("sentinel", 14, [15, 16], [16, 16]);
const ALL = [SINGLE, INDEPENDENT, SENTINEL];
const ended: Ending = { interrupted: false, restored: "Redis single, count 16", after: 16 };

t.test("each mode as it promises, and the count went along", async (t) => {
  const result = modesResult(setting, ALL, ended);
  t.match(result, { passed: true, restored: "Redis single, count 16" });
  t.equal(result.headline, "Redis by its mode, consistent: single, sentinel; inconsistent: independent");
  t.match(result.thresholds.at(-1), { seen: "10 before, 6 acknowledged, 16 at the end" });
});

t.test("what breaks it", async (t) => {
  for (const [why, results, ending] of [
    [
      "independent Redis that show one count",
      [SINGLE, check("independent", 12, [13, 14], [14, 14]), SENTINEL],
      {},
    ],
    [
      "two counts where one is promised",
      [SINGLE, INDEPENDENT, check("sentinel", 14, [15, 16], [16, 15])],
      {},
    ],
    ["a mode that was not checked", [SINGLE, INDEPENDENT], { after: 14 }],
    ["a count that was lost on the way", ALL, { after: 15 }],
    ["a count that nobody sent", ALL, { after: 17 }],
    ["an interruption", ALL, { interrupted: true }],
  ] as const)
    t.match(modesResult(setting, [...results], { ...ended, ...ending }), { passed: false }, why);
});

t.test("where it ended early, the rest is said to be missing, and nothing of the count", async (t) => {
  const { thresholds, headline } = modesResult(setting, [SINGLE], { ...ended, interrupted: true });
  t.match(headline, /consistent: single; not checked: independent, sentinel$/);
  t.notMatch(JSON.stringify(thresholds), /went along/);
});

t.test("a terminal gets one row for each mode, the page a section with a chart", async (t) => {
  const result = modesResult(setting, ALL, ended);
  const report = modesReport(result);
  const text = documentText({ ...report, sections: [tableSection(result)] });
  t.match(text, /^single +2 +2 +0 +2 +0 +1 +12 +consistent$/m);
  t.match(text, /^independent +2 +1 +0 +2 +0 +1 +13 +inconsistent$/m);
  t.match(text, /^put back: Redis single, count 16$/m);
  t.notMatch(text, /counter_app/);
  const html = documentHtml(report, {});
  t.equal(html.match(/<svg/g)?.length, ALL.length);
  t.match(html, /<h2>independent: What each Redis says itself/);
  t.notMatch(html, /<script|NaN|undefined|Infinity/);
});
