import t from "tap";
import { wantedFaults } from "./wanted.ts";

t.test("redis unless something else is named; master is another word for it", async (t) => {
  t.match(wantedFaults({}), { rounds: 5, setting: { victim: "redis", how: "killed with kill -9" } });
  t.match(wantedFaults({ kill: "master" }), { setting: { victim: "redis" } });
  t.match(wantedFaults({ kill: "replica", freeze: true }), { setting: { victim: "replica", lasts: 5 } });
});

t.test("two faults at once, and one after the last increment, are usage errors", async (t) => {
  t.throws(() => wantedFaults({ freeze: true, partition: true }), { code: 2, message: /name one/ });
  t.throws(() => wantedFaults({ seconds: 4 }), { code: 2, message: /5 at least/ });
  t.throws(() => wantedFaults({ seconds: 9, partition: true }), { code: 2, message: /10 at least/ });
});
