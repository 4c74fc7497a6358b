import t from "tap";
import { EXIT } from "../../run/failure.ts";
import { totalBudget, wantedComparison } from "./wanted.ts";

const usage = { code: EXIT.usage, message: /./ };

t.test("what was not said has a default, and the seed gives the order again", async (t) => {
  const wanted = wantedComparison({ orchestrators: ["swarm"] });
  t.match(wanted, { sizes: [1, 4], rounds: 5, budget: "each", tolerance: 5, quick: false });
  t.equal(wanted.order.flat().length, 15);
  const again = wantedComparison({ orchestrators: ["swarm"], seed: wanted.seed });
  t.same(again.order, wanted.order);
});

t.test("one size alone is nothing to compare, but on two orchestrators it is", async (t) => {
  t.throws(() => wantedComparison({ sizes: [4], orchestrators: ["k3s"] }), usage);
  const both = wantedComparison({ sizes: [4], orchestrators: ["swarm", "k3s"] });
  t.same(
    both.arms.map(({ name }) => name),
    ["swarm 4", "swarm 4 again", "k3s 4"],
  );
});

t.test("a round or two are not held against a baseline", async (t) => {
  const baseline = { baseline: "reports/x", orchestrators: ["swarm" as const] };
  t.throws(() => wantedComparison({ ...baseline, rounds: 2 }), usage);
  t.equal(wantedComparison({ ...baseline, rounds: 3 }).rounds, 3);
});

t.test("a total budget is what the deployment has, or one core", async (t) => {
  t.equal(totalBudget({ cpus: 0, replicas: 4 }), 1);
  t.equal(totalBudget({ cpus: 0.25, replicas: 4 }), 1);
  t.equal(totalBudget({ cpus: 0.1, replicas: 2 }), 0.2);
});
