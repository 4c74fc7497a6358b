import t from "tap";
import { figure } from "./wrk.ts";

t.test("median and range, of an odd and an even number of rounds", async (t) => {
  t.same(figure("a", [3, 1, 2]), { name: "a", median: 2, min: 1, max: 3 });
  t.same(figure("b", [4, 1, 3, 2]), { name: "b", median: 2.5, min: 1, max: 4 });
  t.same(figure("c", [7]), { name: "c", median: 7, min: 7, max: 7 });
});
