import t from "tap";
import { limitOf, perRequest, slowReplica } from "./limit.ts";

const CORES = { generator: 0.3, replicas: 0.5, proxy: 0.2, redis: 0.1, others: 0.2, steal: 0, idle: 0.7 };
const strain = { busiest: 0.5, throttled: 0, kernel: 0.4, disk: 0.3 };
const one = { threads: "one" } as const;
const named = (cores: object, more: object = {}, limits: { threads: "one" | "many" } = one) =>
  limitOf({ cores: { ...CORES, ...cores }, strain: { ...strain, ...more } }, limits, 2);

t.test("the limit is named, with its figures", async (t) => {
  t.match(named({}), { what: "elsewhere", text: /35 % of it was left/ });
  t.match(named({ generator: 0.95 }), { what: "generator", text: /95 % of its one core/ });
  t.match(named({ generator: 0.95 }, {}, { threads: "many" }), { what: "elsewhere" });
  t.match(named({}, { throttled: 0.6 }), { what: "cpu limit", text: /60 % of the time/ });
  t.match(named({ steal: 0.3 }), { what: "steal", text: /15 % of its CPU to others/ });
  t.match(named({ idle: 0.1, replicas: 1.1 }), {
    what: "machine",
    text: "both cores were busy (replicas 55 %, generator 15 %, proxy 10 %, kernel and others 10 %, Redis 5 %)",
  });
  t.match(named({}, { busiest: 0.97 }), { what: "replica", text: /97 %/ });
  t.match(named({ redis: 0.95 }), { what: "redis" });
  t.match(named({}, { disk: 0.7 }), { what: "disk", text: /waited for in 70 % .*\(35 % of it was left/ });
  t.match(named({ redis: 0.95 }, { disk: 0.7 }), { what: "redis" }, "the disk comes after every CPU");
  t.match(limitOf({ cores: { generator: 0.1, idle: 1.5 } }, one, 2), { what: "elsewhere" });
});

t.test("a generator that is full is named before all that it keeps from being seen", async (t) => {
  t.match(named({ generator: 0.95, idle: 0.05 }, { throttled: 0.9, busiest: 1 }), { what: "generator" });
});

t.test("CPU of a request is what was used over the rate, in microseconds", async (t) => {
  t.same(perRequest({ generator: 0.5, redis: 0.1, idle: 1.4 }, 1000), { generator: 500, redis: 100 });
  t.same(perRequest({ generator: 0.5 }, 0), {});
});

const times = (...p50s: number[]) =>
  Object.fromEntries(p50s.map((p50, index) => [`app.${index + 1}`, { p50 }]));

t.test("a replica that is far slower than the others is found, and noise is not", async (t) => {
  t.same(slowReplica(times(2, 2.2, 30, 1.9)), { replica: "app.3", p50: 30, others: 2 });
  t.equal(slowReplica(times(2, 2.2, 3, 1.9)), undefined);
  t.equal(slowReplica(times(0.5, 1.6)), undefined, "a millisecond is nothing");
  t.same(slowReplica(times(1, 9)), { replica: "app.2", p50: 9, others: 1 });
  t.equal(slowReplica(times(5)), undefined);
  t.equal(slowReplica({}), undefined);
});
