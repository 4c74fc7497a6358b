import t from "tap";
import { documentHtml, documentMarkdown, documentText } from "../report/document.ts";
import { LedgerBook } from "../load/ledger.ts";
import { Tally } from "../load/statistics.ts";
import type { Finding } from "../hardening/checks.ts";
import type { Caught } from "./controls.ts";
import { judge } from "./judge.ts";
import type { Played } from "./play.ts";
import { reportOf } from "./report.ts";
import { resultOf, type Setting } from "./result.ts";

const RATE = 100;
const SECONDS = 1;
const setting: Setting = {
  platform: "Docker Swarm",
  replicas: 4,
  version: "0123456789ab",
  rate: RATE,
  seconds: SECONDS,
  started: "2026-11-25T01:02:03.456Z",
};
const SEEN: Caught = { name: "dead door", does: "", seen: "10 of 10 failed", caught: true };
const END = { restored: "version 0123456789ab, 4 replicas, count 7" };

/** An act with 100 requests in a second, of which so many failed; the counter then says `after`. */
function act(failed: number, more: Partial<Played> = {}, after = 100 - failed): Played {
  const [all, book] = [new Tally(), new LedgerBook(0)];
  for (let sent = 0; sent < 100; sent++) {
    const error = sent < failed ? "503" : "";
    const rest = { status: 200, blocked: 0, connect: 0, replica: "app.1" } as const;
    all.add({ at: 1000 + 10 * sent, route: "increment", latency: 2000, error, ...rest });
    if (error) book.wonder();
    else book.acknowledge(sent - failed + 1);
  }
  const statistics = all.sum();
  const ledger = book.close(after);
  return {
    name: "roll",
    does: "a new version replaces the one that runs",
    allowed: "none",
    note: "",
    problems: [],
    statistics,
    ways: { kept: statistics.all, new: statistics.all },
    dropped: 0,
    ledger,
    lost: ledger.acknowledged - ledger.confirmed,
    counted: Math.max(0, after - ledger.confirmed),
    gap: 20,
    gaps: [],
    failures: failed > 0 ? [{ from: 10, to: 500, requests: failed }] : [],
    answers: [],
    from: -2000,
    to: 3000,
    done: 1000,
    well: 1500,
    ...more,
  };
}

const run = (
  acts: Played[],
  more: { controls?: Caught[]; hardening?: Finding[] } = {},
  interrupted = false,
) => resultOf(setting, { acts, controls: [SEEN], hardening: [], ...more }, { ...END, interrupted });

const missed = (played: Played) =>
  judge(played, RATE, SECONDS)
    .filter(({ met }) => !met)
    .map(({ name }) => name.replace(/^roll: /, ""));

const inFlight = (beside: number) => ({ allowed: "in flight", cost: { inFlight: 3, beside } }) as const;

t.test("each goal can be missed, and none is where all is well", async (t) => {
  t.same(missed(act(0)), []);
  t.same(missed(act(1)), ["none failed"]);
  t.match(judge(act(0), RATE, SECONDS), [{ name: "roll: none failed", seen: "0 of 100, short of 20,000" }]);
  t.same(missed(act(50, { allowed: "any" })), []);
  t.same(missed(act(3, inFlight(0))), []);
  t.same(missed(act(3, inFlight(1))), ["none failed but what was in flight at what was ended"]);
  t.same(missed(act(1, { allowed: "in flight" })), missed(act(3, inFlight(1))), "nothing was ended");
  t.same(missed(act(0, {}, 99)), ["none acknowledged and lost"]);
  t.same(missed(act(0, {}, 101)), ["none counted that nobody sent"]);
  t.match(missed(act(0, { dropped: 1 })), [/^at least 95 requests/]);
  t.same(missed(act(0, { problems: ["it was taken for a good version"] })), ["it went as it should"]);
  t.match(judge(act(0), RATE, 2 * SECONDS), [{}, {}, {}, { met: false }], "too few requests");
});

t.test("an increment that failed and counted is told apart, and is no fault", async (t) => {
  const played = act(2, { allowed: "any" }, 99);
  t.match(played, { lost: 0, counted: 1 });
  t.same(missed(played), []);
});

t.test("the run passes when every goal is met, and a control that is not seen makes it blind", async (t) => {
  t.match(run([act(0)]), { passed: true, headline: /0 failed where none may.*all 6/ });
  t.match(run([act(1)]), { passed: false, headline: /1 of 6 goals missed/ });
  const blind = run([act(0)], { controls: [{ ...SEEN, caught: false }] });
  t.match(blind, { passed: false, headline: "the prober is blind: it did not see dead door" });
  t.match(run([act(0)], {}, true), { passed: false });
  t.match(run([]), { passed: false });
  const open = { what: "no_new_privs is set", where: "app", seen: "not set", met: false };
  t.match(run([act(0)], { hardening: [open] }), { passed: false });
});

t.test("the report says what was done, what came of it, and what was put back", async (t) => {
  const answers = [{ to: "door" as const, statuses: { header: { "400": 1200, none: 1 } } }];
  const report = reportOf(run([act(0, { name: "quiet", answers }), act(2)]));
  t.match(documentText(report), /^roll +100 +2 +none +20\.0 +2\.00 +2\.00 +1\.0 +0\.5 +missed$/m);
  t.match(documentMarkdown(report), /put back: version 0123456789ab, 4 replicas, count 7/);
  t.match(documentMarkdown(report), /^\| roll \| 503 \| 2 \|$/m);
  t.match(documentMarkdown(report), /^\| quiet \| door \| header \| 400: 1,200, none: 1 \|$/m);
  t.match(documentMarkdown(report), /^\| roll \| 0\.0 \| 0\.5 \| 2 \|$/m);
  const html = documentHtml(report, { command: "make prove" });
  t.match(html, /<svg[^]*requests fail, or none is answered[^]*<\/svg>/);
  t.notMatch(html, /<script|NaN|undefined|Infinity/);
});
