import t from "tap";
import { armsOf, LENGTHS, orderOf, QUICK, secondsOf } from "./plan.ts";

t.test("each round has every arm once, the first one twice, in an order that the seed gives", async (t) => {
  const arms = armsOf(["swarm", "k3s"], [1, 4]);
  t.same(
    arms.map(({ name }) => name),
    ["swarm 1", "swarm 1 again", "swarm 4", "k3s 1", "k3s 4"],
  );
  const order = orderOf(arms, 40, 5);
  t.equal(order.length, 40);
  for (const round of order) t.same(new Set(round), new Set(arms));
  t.same(orderOf(arms, 40, 5), order);
  t.notSame(orderOf(arms, 40, 6), order);
  const firsts = new Set(order.map(([first]) => first!.name));
  t.equal(firsts.size, 5, "no arm has a place of its own");
  t.same(armsOf([], [1, 4]), []);
});

t.test("at its defaults it ends within 15 minutes, and one quick round within 3", async (t) => {
  const arms = armsOf(["swarm"], [1, 4]);
  for (let seed = 1; seed <= 200; seed++) {
    t.ok(secondsOf(orderOf(arms, 5, seed), LENGTHS, false) <= 900);
    t.ok(secondsOf(orderOf(arms, 1, seed), QUICK, false) <= 180);
  }
  const one = orderOf(arms, 5, 1);
  t.ok(secondsOf(one, LENGTHS, true) > secondsOf(one, LENGTHS, false), "new limits replace every replica");
});
