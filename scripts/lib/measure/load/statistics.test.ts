import t from "tap";
import type { Sample } from "../../../../checks/load/samples.ts";
import { Tally } from "./statistics.ts";

const START = 1_700_000_000_000;

const sample = (more: Partial<Sample> = {}): Sample => ({
  at: START,
  route: "read",
  status: 200,
  latency: 1000,
  blocked: 0,
  connect: 0,
  replica: "a",
  error: "",
  ...more,
});

function tally(samples: Partial<Sample>[], planned?: number) {
  const sums = new Tally();
  for (const one of samples) sums.add(sample(one));
  return sums.sum(planned);
}

t.test("percentiles are those of the requests, to three digits", async (t) => {
  const { all } = tally(Array.from({ length: 10_000 }, (_, index) => ({ latency: (index + 1) * 10 })));
  const expected = { p50: 50, p95: 95, p99: 99, p999: 99.9, max: 100 };
  for (const [name, value] of Object.entries(expected)) {
    const got = all.times[name as keyof typeof expected];
    t.ok(Math.abs(got - value) <= value / 500, `${name} is ${got}, about ${value}`);
  }
});

t.test("a percentile of all is not the mean of the routes' percentiles", async (t) => {
  const slow = Array.from({ length: 10 }, () => ({ route: "page", latency: 1_000_000 }) as const);
  const fast = Array.from({ length: 990 }, () => ({ latency: 1000 }));
  const { all, routes } = tally([...slow, ...fast]);
  t.ok(all.times.p95 < 1.01 && routes.page!.times.p95 > 990, `${all.times.p95} of all`);
});

t.test("the rate is over the time in which requests were sent", async (t) => {
  const even = Array.from({ length: 100 }, (_, index) => ({ at: START + index * 100 }));
  t.equal(tally(even, 10).all.rate, 10);
  t.equal(tally(even, 10).seconds, 10, "the last interval belongs to it");
  t.ok(Math.abs(tally(even, 60).seconds - 9.9) < 0.001, "a run that was cut off is as long as it was");
  t.match(tally([], 60), { seconds: 0, all: { requests: 0, rate: 0, times: { p99: 0, max: 0 } } });
});

t.test("failures, server errors, replicas and connections are counted", async (t) => {
  const sums = tally([
    { connect: 200, blocked: 250 },
    { replica: "b" },
    { status: 503, error: "503" },
    { status: 0, error: "ECONNREFUSED", replica: "" },
    { status: 0, error: "ECONNREFUSED", replica: "" },
  ]);
  t.match(sums, {
    all: { requests: 5, failed: 3 },
    serverErrors: 1,
    connections: 1,
    connect: { max: 0.2 },
    replicas: { a: 2, b: 1 },
  });
  t.same(sums.errors, [
    { why: "ECONNREFUSED", requests: 2 },
    { why: "503", requests: 1 },
  ]);
});

t.test("slices follow the time, whatever order the requests end in", async (t) => {
  const { slices } = tally([{}, { at: START + 2500, latency: 7000 }, { at: START + 2100, error: "503" }]);
  t.match(slices, [
    { from: 0, seconds: 1, requests: 1, failed: 0 },
    { from: 2, seconds: 0.5, requests: 2, failed: 1, rate: 4 },
  ]);
});
