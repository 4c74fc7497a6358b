import t from "tap";
import { cpuTimes, diskWait, strainBetween } from "./cores.ts";

t.test(
  "the kernel's pressure file says how long some process waited for a disk, where there is one",
  async (t) => {
    const file = "some avg10=0.83 avg60=1.35 avg300=1.51 total=12938042\nfull avg10=0.00 total=5052525\n";
    t.equal(diskWait(file), 12.938042);
    t.equal(diskWait(""), undefined);
  },
);

t.test("what was strained is told for each second between two readings", async (t) => {
  const before = { ...cpuTimes(), roles: new Map(), throttling: new Map(), at: 10, kernel: 1, disk: 2 };
  const after = { ...before, at: 14, kernel: 3, disk: 5 };
  t.same(strainBetween(before, after), { busiest: 0, throttled: 0, kernel: 0.5, disk: 0.75 });
  const silent = { ...before, disk: undefined };
  t.same(strainBetween(silent, after), { busiest: 0, throttled: 0, kernel: 0.5 }, "no kernel told of a disk");
});
