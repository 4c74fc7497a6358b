import t from "tap";
import { landings } from "./scale.ts";

t.test("two replicas start at once, and those of before are waited for", async (t) => {
  t.same(landings(4, 8), [6]);
  t.same(landings(1, 8), [3, 5, 7]);
  t.same(landings(1, 4), [3]);
});

t.test("two more come in one step, and fewer always", async (t) => {
  t.same(landings(2, 4), []);
  t.same(landings(4, 4), []);
  t.same(landings(8, 1), []);
});
