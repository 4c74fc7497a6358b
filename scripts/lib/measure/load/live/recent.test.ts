import t from "tap";
import type { Sample } from "../../../../../checks/load/samples.ts";
import { Tally } from "../statistics.ts";
import type { Table } from "../tables.ts";
import { Recent } from "./recent.ts";
import { tablesOf } from "./rows.ts";

const BEGIN = 1_700_000_000_000;

const sample = (seconds: number, more: Partial<Sample> = {}): Sample => ({
  at: BEGIN + seconds * 1000,
  route: "read",
  status: 200,
  latency: 5000,
  blocked: 0,
  connect: 0,
  replica: "app.1",
  error: "",
  ...more,
});

/** Ten requests a second, every fifth an increment that fails, by two replicas in turn. */
function traffic(seconds: number) {
  const [recent, tally] = [new Recent(), new Tally()];
  for (let index = 0; index < 10 * seconds; index++) {
    const fails = index % 5 === 0 && { route: "increment" as const, error: "503", status: 503 };
    const one = sample(index / 10, { replica: `app.${(index % 2) + 1}`, ...fails });
    recent.add(one);
    tally.add(one);
  }
  return { recent, tally };
}

t.test("now are the last whole seconds, per route and per replica", async (t) => {
  const { recent } = traffic(20);
  const last = recent.now(BEGIN + 20_300);
  t.match(last, { all: { rate: 10, requests: 30, failed: 6 }, replicas: { "app.1": 5, "app.2": 5 } });
  t.match(last?.routes, { read: { rate: 8, failed: 0 }, increment: { rate: 2, failed: 2 } });
  t.match(recent.now(BEGIN + 30_300), { all: { requests: 0, rate: 0 } }, "nothing is answered any more");
});

t.test("before the first whole second there is no now", async (t) => {
  const recent = new Recent();
  t.equal(recent.now(BEGIN), undefined);
  recent.add(sample(0));
  t.equal(recent.now(BEGIN + 400), undefined);
  t.match(recent.now(BEGIN + 1400), { all: { rate: 1 } });
});

t.test("the tables have the report's sums, what is now, who answered, and kinds of failures", async (t) => {
  const { recent, tally } = traffic(20);
  const sums = tally.sum(20);
  const { routes, replicas, failures, cores } = tablesOf(sums, recent, recent.now(BEGIN + 20_300), {
    generator: 0.5,
  });
  t.same(routes[0]?.slice(0, 6), ["route", "requests", "failed", "per s", "per s now", "failed per s now"]);
  t.same(routes[1]?.slice(0, 6), ["all", "200", "40", "10.0", "10.0", "2.0"]);
  t.same(routes[2]?.slice(0, 3), ["GET /api/counter", "160", "0"]);
  t.same(
    replicas.slice(1).map((row) => row.slice(0, 5)),
    [
      ["app.1", "100", "50.0 %", "20", "5.0"],
      ["app.2", "100", "50.0 %", "20", "5.0"],
    ],
  );
  t.match(failures[1], ["503", "POST /api/counter/increment", "40", /^\d\d:\d\d:\d\d$/, /^\d\d:\d\d:\d\d$/]);
  t.same(cores[1], ["generator", "0.50"]);
  const ended = tablesOf(sums, recent, undefined, undefined);
  t.equal(ended.routes[0]?.includes("per s now"), false, "nothing is now after the end");
  t.same(ended.cores, []);
  const shown: Table[] = [routes, replicas, failures, ended.routes, ended.replicas, ended.failures];
  for (const table of shown)
    t.ok(
      table.every((row) => row.length === table[0]!.length),
      "every row is as long as the head",
    );
});
