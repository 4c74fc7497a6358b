import t from "tap";
import { leavesSeveral, movesOf, planOf, secondsOf, warning } from "./plan.ts";

t.test("Redis is changed between modes that differ, and back at the end", async (t) => {
  t.same(planOf("single", ["single", "independent", "sentinel"]).changes, [
    "independent",
    "sentinel",
    "single",
  ]);
  t.same(planOf("single", ["cluster", "single"]).changes, ["cluster", "single"]);
  t.same(planOf("cluster", ["sentinel"]).changes, ["sentinel", "cluster"]);
  t.same(planOf("single", ["single"]).changes, []);
  t.equal(movesOf(planOf("single", ["single", "independent", "sentinel"])), 2);
  t.equal(movesOf(planOf("single", ["cluster", "single"])), 2);
  t.equal(movesOf(planOf("single", ["single"])), 0);
});

t.test("several counts are left where they were there before, and not where the run made them", async (t) => {
  t.ok(leavesSeveral(planOf("independent", ["single"])));
  t.notOk(leavesSeveral(planOf("independent", ["independent"])));
  t.notOk(leavesSeveral(planOf("single", ["independent"])));
});

t.test("the warning says what is changed, for how long, and what stays", async (t) => {
  const plan = planOf("single", ["single", "sentinel"]);
  t.equal(secondsOf(plan, 300, 100), 2 * 60 + 2 * 11);
  const text = warning(plan, 300, 100);
  t.match(text, /^counts with Redis single, sentinel, for about 3 min\./);
  t.match(text, /changed 2 times \(sentinel, single\), and each time writes are refused/);
  t.match(text, /grows by 600, and stays so\. At the end Redis is single/);
  t.notMatch(text, /same count/);
  t.match(
    warning(planOf("independent", ["single"]), 300, 100),
    /All of its 3 Redis have the same count then/,
  );
  t.notMatch(warning(planOf("single", ["single"]), 300, 100), /refused/);
});
