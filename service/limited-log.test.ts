import t from "tap";
import { limitedLog } from "./limited-log.ts";
import { until } from "./testing/until.ts";

t.test("so many lines, then how many were left out, and then lines again", async (t) => {
  const lines: object[] = [];
  const note = limitedLog({ info: (details: object) => void lines.push(details) }, 2, 50);
  for (let i = 1; i <= 5; i += 1) note({ i }, "asked");
  t.strictSame(lines, [{ i: 1 }, { i: 2 }]);
  // Its timer keeps no process alive, and this test waits for it.
  await until("the time is over", 2000, () => lines.length > 2);
  t.strictSame(lines.slice(2), [{ left: 3 }]);
  note({ i: 6, url: "x".repeat(10_000) }, "asked");
  t.strictSame(lines.slice(3), [{ i: 6, url: "x".repeat(200) }]);
});
