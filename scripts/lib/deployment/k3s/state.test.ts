import t from "tap";
import { coresOf } from "./state.ts";

t.test("cores of a quantity, as Kubernetes writes it", async (t) => {
  t.same(["2", "0.5", "500m", "1500m", undefined].map(coresOf), [2, 0.5, 0.5, 1.5, 0]);
});
