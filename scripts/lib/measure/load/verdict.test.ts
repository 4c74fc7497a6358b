import t from "tap";
import { LedgerBook } from "./ledger.ts";
import { highestMet, judgeStep, type Step, thresholds } from "./verdict.ts";
import { Tally } from "./statistics.ts";

const times = { p50: 1, p95: 5, p99: 20, p999: 40, max: 50 };
const all = { requests: 10_000, rate: 1000, failed: 0, times };
const one = { threads: "one" } as const;
const many = { threads: "many" } as const;

/** A step that met its objective, but for what is given. */
const step = (row: Partial<typeof all> = {}, more: Partial<Step> = {}): Step => ({
  rate: 1000,
  statistics: { seconds: 10, all: { ...all, ...row } },
  dropped: 0,
  cores: { generator: 0.4, idle: 1 },
  ...more,
});

/** A step that met it, with a busy generator on a machine with so many cores left. */
const busy = (idle: number) => step({}, { cores: { generator: 0.9, idle } });

t.test("a step meets the objective, or breaks it", async (t) => {
  t.same(judgeStep(step(), 100, one), { state: "met", why: "" });
  t.match(judgeStep(step({ failed: 1 }), 100, one), { state: "broke", why: "1 requests failed" });
  t.match(judgeStep(step({ times: { ...times, p99: 100.1 } }), 100, one), {
    state: "broke",
    why: /100.1 ms/,
  });
  t.equal(judgeStep(step({ times: { ...times, p99: 100 } }), 100, one).state, "met");
});

t.test("a step is void where the generator did not do its part", async (t) => {
  t.match(judgeStep(step({}, { dropped: 1 }), 100, one), { state: "void", why: /1 requests were dropped/ });
  t.match(judgeStep(step({ rate: 949 }), 100, one), { state: "void", why: /95 % of the rate/ });
  t.equal(judgeStep(step({ rate: 950 }), 100, one).state, "met");
});

t.test(
  "a busy generator is the limit with one thread, with many only on a machine without idle time",
  async (t) => {
    t.match(judgeStep(busy(1), 100, one), { state: "void", why: /0.90 cores/ });
    t.equal(judgeStep(busy(1), 100, many).state, "met");
    t.equal(judgeStep(busy(0.1), 100, many).state, "void");
  },
);

t.test("the headline is the highest step that met, void and broken ones left out", async (t) => {
  const steps = [100, 200, 300, 400].map((rate, index) => ({
    rate,
    verdict: { state: (["met", "met", "void", "broke"] as const)[index]!, why: "" },
  }));
  t.equal(highestMet(steps)?.rate, 200);
  t.equal(highestMet(steps.slice(2)), undefined);
});

t.test("thresholds: every one says what was measured", async (t) => {
  const tally = new Tally();
  const sample = { at: 0, route: "increment", blocked: 0, connect: 0, replica: "a" } as const;
  for (let left = 100; left > 0; left--) tally.add({ ...sample, status: 200, latency: 300_000, error: "" });
  tally.add({ ...sample, status: 503, latency: 1, error: "503" });
  const book = new LedgerBook(0);
  book.acknowledge(1);
  const list = thresholds(tally.sum(), 250, book.close(0));
  t.same(
    list.map(({ met }) => met),
    [true, false, false, false, false],
  );
  t.match(list.at(3), { name: "p95 <= 250 ms", seen: /^(299|300)\.\d ms$/ });
  t.match(list.at(4), { seen: /1 lost/ });
  t.equal(thresholds(new Tally().sum(), 250)[0]?.met, false, "a run without requests proves nothing");
});
