import t from "tap";
import { documentHtml, documentMarkdown, documentText } from "../report/document.ts";
import { MEASURED } from "../redis-modes.ts";
import { LedgerBook } from "../load/ledger.ts";
import { Tally } from "../load/statistics.ts";
import { reportOf } from "./report.ts";
import { figureOf, resultOf, type Setting } from "./result.ts";
import type { Round } from "./rounds.ts";

const setting: Setting = {
  victim: "redis",
  how: "killed with kill -9",
  mode: "single",
  platform: "Docker Swarm",
  replicas: 4,
  version: "0123456789ab",
  rate: 100,
  seconds: 4,
  redis: { appendfsync: "always", WAIT: "1" },
  started: "2026-11-25T01:02:03.456Z",
};

/** A round in which these counts were answered, and the counter then says `after`. */
function round(back: number | undefined, values: number[], after: number): Round {
  const book = new LedgerBook(0);
  for (const value of values) book.acknowledge(value);
  book.wonder();
  const ledger = book.close(after);
  return {
    fault: { container: "counter_redis.1", at: 0, done: 1 },
    outage: {
      ...(back !== undefined && { back }),
      gap: 900,
      failed: 1,
      last: 800,
      gaps: [],
      from: -2000,
      to: 2000,
    },
    lost: ledger.acknowledged - ledger.confirmed,
    counted: after - ledger.confirmed,
    dropped: 0,
    ledger,
    statistics: new Tally().sum(),
  };
}

t.test("median and worst; a round that has none is the worst", async (t) => {
  t.same(figureOf([3, 1, 2]), { median: 2, worst: 3 });
  t.same(figureOf([4, 1, 2, 3]), { median: 2.5, worst: 4 });
  t.same(figureOf([1, 2, undefined]), { median: 2 });
  t.same(figureOf([1, undefined]), {});
});

t.test("writes are back in time, and nothing is lost", async (t) => {
  const result = resultOf(
    setting,
    MEASURED.single,
    [round(1500, [1, 2, 3], 3), round(900, [1, 2], 3)],
    false,
  );
  t.match(result, {
    passed: true,
    headline: "writes back after 1.20 s (median), 1.50 s at worst, 0 acknowledged increments lost",
    figures: { counted: { worst: 1 } },
  });
});

t.test(
  "an acknowledged increment that is gone fails the run, also where a failed one makes the sum right",
  async (t) => {
    const lost = resultOf(setting, MEASURED.single, [round(900, [1, 2, 3], 2)], false);
    t.match(lost, { passed: false, headline: /1 acknowledged increments lost/ });
    // 1, 2, 3 were answered; 3 was lost with its Redis, and given again to one whose answer was lost.
    const hidden = resultOf(setting, MEASURED.single, [round(900, [1, 2, 2, 3], 4)], false);
    t.match(hidden, { passed: false, rounds: [{ lost: 1, counted: 1 }] });
  },
);

t.test("writes that do not come back, or too late, fail the run; a frozen Redis has its time", async (t) => {
  const dead = resultOf(setting, MEASURED.single, [round(undefined, [1], 1)], false);
  t.match(dead, { passed: false, headline: /^writes back after never/ });
  const late = [round(4000, [1], 1)];
  t.match(resultOf(setting, MEASURED.single, late, false), { passed: false });
  t.match(resultOf({ ...setting, lasts: 5 }, MEASURED.single, late, false), { passed: true });
  const frozen = { ...setting, mode: "sentinel", lasts: 5 };
  t.match(resultOf(frozen, MEASURED.sentinel, [round(6000, [1], 1)], false), { passed: false });
  t.match(resultOf(frozen, MEASURED.sentinel, late, false), { passed: true });
  t.match(resultOf({ ...setting, victim: "proxy" }, MEASURED.single, late, false), { passed: true });
  t.match(resultOf(setting, MEASURED.single, [round(900, [1], 1)], true), { passed: false });
});

t.test("what a master has for itself may go with it, and nothing else may", async (t) => {
  const lost = [round(900, [1, 2], 1)];
  for (const mode of ["sentinel", "cluster"] as const) {
    const alone = { ...setting, mode, redis: { WAIT: "0" } };
    const passes = (about: Partial<Setting>) =>
      resultOf({ ...alone, ...about }, MEASURED[mode], lost, false).passed;
    t.ok(passes({}), `${mode}: it is said`);
    t.match(resultOf(alone, MEASURED[mode], lost, false).headline, /1 acknowledged increments lost/);
    t.notOk(passes({ redis: { WAIT: "1" } }), `${mode}: a replica had it`);
    for (const victim of ["app", "proxy", "replica", "sentinel"] as const)
      t.notOk(passes({ victim }), `${mode}: ${victim}`);
  }
  const app = { ...setting, victim: "app", mode: "external", redis: { WAIT: "0" } } as const;
  t.notOk(resultOf(app, MEASURED.external, lost, false).passed);
});

t.test("the report says what was hit, with what settings, and what came of it", async (t) => {
  const report = reportOf(resultOf(setting, MEASURED.single, [round(1500, [1, 2, 3], 3)], false));
  t.match(documentText(report), /^1 +counter_redis\.1 +1\.50 +0\.90/m);
  t.match(documentMarkdown(report), /^\| median \|  \| 1\.50 \|/m);
  t.match(documentMarkdown(report), /Redis single: appendfsync always, WAIT 1/);
  const html = documentHtml(report, { command: "make failover" });
  t.match(html, /<svg[^]*none acknowledged[^]*<\/svg>/);
  t.match(html, /make failover/);
  t.notMatch(html, /<script|NaN|undefined|Infinity/);
});
