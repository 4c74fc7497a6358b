import t from "tap";
import { LedgerBook } from "../load/ledger.ts";
import { documentHtml, documentText } from "../report/document.ts";
import { reportOf } from "./report.ts";
import { resultOf, type Seen, type Setting } from "./result.ts";

const setting: Setting = {
  mode: "single",
  promised: true,
  url: "http://127.0.0.1",
  orchestrator: "swarm",
  replicas: 2,
  version: "0123456789ab",
  started: "2026-11-25T01:02:03.456Z",
};

const seen = (values: number[]): Seen[] =>
  values.map((value, index) => ({ replica: `counter_app.${(index % 2) + 1}`, at: index / 10, value }));

const NONE = { increments: 0, reads: 0 };
/** What was answered to increments and to reads, from a count of 10 on, and how many of them failed. */
function judge(
  increments: number[],
  reads: number[],
  about: Partial<Setting> = {},
  { own, failed = NONE }: { own?: number[]; failed?: typeof NONE } = {},
) {
  const book = new LedgerBook(10);
  for (const value of increments) book.acknowledge(value);
  for (let left = failed.increments; left > 0; left--) book.wonder();
  const ledger = book.close(reads.at(-1) ?? 10);
  return resultOf(
    { ...setting, ...about },
    seen(increments),
    { seen: seen(reads), failed: failed.reads, ...(own && { own }) },
    ledger,
    false,
  );
}

const ONE = judge([11, 12, 13, 14], [14, 14, 14]);
/** Two Redis that take turns. */
const TWO = [
  [11, 11, 12, 12],
  [12, 12],
] as const;

t.test("one count: every read says what was acknowledged", async (t) => {
  t.match(ONE, { passed: true, consistent: true, values: [14] });
  t.equal(ONE.headline, "Redis single is consistent: 4 increments acknowledged, one value (14) read");
});

t.test(
  "readers that see different counts, an increment that is gone, and one count given twice",
  async (t) => {
    for (const [increments, reads] of [
      [
        [11, 12],
        [12, 11, 12],
      ],
      [
        [11, 12, 13],
        [12, 12],
      ],
      [
        [11, 12, 12],
        [13, 13],
      ],
      [[...TWO[0]], [...TWO[1]]],
    ] as const)
      t.match(
        judge([...increments], [...reads]),
        { passed: false, consistent: false },
        `${increments.join()}; ${reads.join()}`,
      );
  },
);

t.test("where each Redis shall have its own count, one count for all fails the run", async (t) => {
  const own = { mode: "independent", promised: false };
  t.match(judge([...TWO[0]], [...TWO[1]], own), { passed: true, consistent: false });
  t.match(judge([11, 12], [12, 12], own), { passed: false, consistent: true });
});

t.test("replicas that all reached the same of several Redis do not hide the others", async (t) => {
  const own = { mode: "independent", promised: false };
  const result = judge([11, 12], [12, 12], own, { own: [12, 10, 10] });
  t.match(result, { passed: true, consistent: false, own: [12, 10, 10] });
  t.match(result.headline, /inconsistent: .* one value \(12\) read; its Redis say 12, 10, 10/);
  t.match(judge([11, 12], [12, 12], own, { own: [12, 12, 12] }), { passed: false, consistent: true });
});

t.test("a request that failed, and a replica that no read has reached, fail the run", async (t) => {
  const broken = (...args: Parameters<typeof judge>) => {
    const { passed, thresholds } = judge(...args);
    t.equal(
      passed,
      thresholds.every(({ met }) => met),
    );
    return thresholds.filter(({ met }) => !met).map(({ name, seen: measured }) => `${name}: ${measured}`);
  };
  const judged = (about: Partial<Setting>, failed = NONE) => broken([11, 12], [12, 12], about, { failed });
  t.same(judged({}), []);
  t.same(judged({}, { increments: 1, reads: 0 }), ["no increment failed: 1"]);
  t.same(judged({}, { increments: 0, reads: 2 }), ["no read failed: 2"]);
  t.same(judged({ replicas: 3 }), ["all 3 replicas were read: 2"]);
  t.same(broken([11], [11], { replicas: 1 }), []);
  t.match(
    documentText(reportOf(judge([11, 12], [12, 12], {}, { failed: { increments: 0, reads: 2 } }))),
    /^single +2 +2 +0 +2 +2 +1 +12 +consistent$/m,
  );
  const hidden = resultOf(
    setting,
    [],
    { seen: [{ replica: "", at: 0, value: 11 }], failed: 0 },
    ONE.ledger,
    false,
  );
  t.notMatch(hidden.thresholds.map(({ name }) => name).join(), /replicas/, "answers that name none");
});

t.test("nothing that was acknowledged, or read, proves nothing", async (t) => {
  t.match(judge([], []), { passed: false });
  t.match(judge([], [], { promised: false }), { passed: false });
});

t.test("the report shows what each replica answered", async (t) => {
  const report = reportOf(judge([...TWO[0]], [12, 13]));
  t.match(documentText(report), /^counter_app\.2 +1 +1 +13 +13$/m);
  t.match(documentText(report), /^single +4 +3 +0 +2 +0 +2 +13 +inconsistent$/m);
  const html = documentHtml(report, {});
  t.match(html, /<svg[^]*counter_app\.1[^]*counter_app\.2[^]*<\/svg>/);
  t.notMatch(html, /<script|NaN|undefined|Infinity/);
});
