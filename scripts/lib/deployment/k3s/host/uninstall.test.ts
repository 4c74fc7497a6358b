import t from "tap";
import { differenceText } from "./uninstall.ts";

t.test("what a removal leaves is counted in every row", async (t) => {
  const before = { mount: ["/a", "/b", "/c", "/d"], rule: ["-A X"], file: [] };
  const after = { mount: ["/d"], rule: [], file: [] };
  t.equal(
    differenceText(before, after),
    "mount         4 -> 1  -/a  -/b  -/c  =/d\nrule          1 -> 0  --A X\nfile          0 -> 0\n",
  );
});
