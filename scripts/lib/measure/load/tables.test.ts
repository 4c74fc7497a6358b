import t from "tap";
import { ms, replicaTable, requestTable, stepTable, textOf } from "./tables.ts";
import { Tally } from "./statistics.ts";

const sample = {
  at: 0,
  status: 200,
  latency: 1500,
  blocked: 500,
  connect: 0,
  replica: "a",
  error: "",
} as const;

t.test("milliseconds have as many digits as say something", async (t) => {
  t.same([0.123, 9.876, 45.67, 1234.5].map(ms), ["0.12", "9.88", "45.7", "1,235"]);
});

t.test("the table has a row for all, for each route that was asked, and for connecting", async (t) => {
  const tally = new Tally();
  tally.add({ ...sample, route: "read", connect: 300 });
  tally.add({ ...sample, route: "page", replica: "b" });
  tally.add({ ...sample, route: "read" });
  const statistics = tally.sum();
  const table = requestTable(statistics);
  t.same(
    table.map(([name]) => name),
    ["ms", "all", "page", "read", "before sending", "connecting"],
  );
  t.same(table[1]?.slice(0, 2), ["all", "3"]);
  t.same(table.at(-1)?.slice(0, 5), ["connecting", "1", "", "", "0.30"]);
  t.same(replicaTable(statistics).slice(1), [
    ["a", "2", "66.7 %"],
    ["b", "1", "33.3 %"],
  ]);
});

t.test("a void step is shown as such", async (t) => {
  const { all } = new Tally().sum();
  const step = { statistics: { all }, dropped: 7, cores: { generator: 0.91 } };
  const table = stepTable([
    { ...step, rate: 1000, verdict: { state: "void", why: "7 requests were dropped" } },
  ]);
  t.match(textOf(table).split("\n")[1], /^ *1,000 .* 7 .* 0\.91 +void: 7 requests were dropped$/);
});

t.test("text is aligned: words to the left, numbers to the right", async (t) => {
  const text = textOf([
    ["name", "n", "why"],
    ["a", "1,000", "void: x"],
    ["long name", "5", "met"],
  ]);
  t.equal(text, "name           n  why\na          1,000  void: x\nlong name      5  met\n");
});
