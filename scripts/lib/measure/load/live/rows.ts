import { type Plan, ROUTES, type RouteName } from "../../../../../checks/load/profiles.ts";
import type { Counter, Row, Statistics } from "../statistics.ts";
import { coreTable, count, ms, type Table } from "../tables.ts";
import type { Cores } from "../verdict.ts";
import type { Now, Recent } from "./recent.ts";

/** The tables of the page: a head and rows each. */
export interface Tables {
  routes: Table;
  replicas: Table;
  failures: Table;
  cores: Table;
}

export const perSecond = (rate: number) => (rate < 100 ? rate.toFixed(1) : count(rate));
const failedRate = ({ rate, failed, requests }: Row) => (requests > 0 ? (rate * failed) / requests : 0);

/** A number in large letters. */
export interface Figure {
  name: string;
  value: string;
}

/** What the plan wants: users, or requests a second. */
export const wantedFigure = ({ model }: Plan, value: number, most = ""): Figure => ({
  name: model === "closed" ? `Users${most}` : "Asked for a second",
  value: count(value),
});

const time = (of: (row: Row) => number) => (one: Row) => (one.requests > 0 ? ms(of(one)) : "–");

/** The most important figures; of nothing yet, dashes. */
export function figuresOf(row: Row | undefined): Figure[] {
  const figure = (name: string, of: (row: Row) => string) => ({ name, value: row ? of(row) : "–" });
  return [
    figure("Requests a second", ({ rate }) => perSecond(rate)),
    figure("Failures a second", (one) => perSecond(failedRate(one))),
    figure(
      "Median, ms",
      time(({ times }) => times.p50),
    ),
    figure(
      "95 %, ms",
      time(({ times }) => times.p95),
    ),
    figure(
      "99 %, ms",
      time(({ times }) => times.p99),
    ),
  ];
}

/** The head and rows of each table; `last` is left out where nothing goes on any more. */
export function tablesOf(
  sums: Statistics,
  recent: Pick<Recent, "replicas" | "failures">,
  last: Now | undefined,
  cores: Cores | undefined,
): Tables {
  const nowOf = (name: RouteName | "all") =>
    name === "all" && last
      ? { rate: last.all.rate, failed: failedRate(last.all) }
      : last?.routes[name as RouteName];
  const row = (name: RouteName | "all", { requests, rate, failed, times }: Row) => {
    const { rate: present = 0, failed: failing = 0 } = nowOf(name) ?? {};
    const live = last ? [perSecond(present), perSecond(failing)] : [];
    return [labelOf(name), count(requests), count(failed), perSecond(rate), ...live, ...timesOf(times)];
  };
  const names = (Object.keys(ROUTES) as RouteName[]).filter((name) => sums.routes[name]);
  const live = last ? ["per s now", "failed per s now"] : [];
  return {
    routes: [
      ["route", "requests", "failed", "per s", ...live, "median", "95 %", "99 %", "max"],
      row("all", sums.all),
      ...names.map((name) => row(name, sums.routes[name]!)),
    ],
    replicas: replicaRows(recent.replicas, last),
    failures: [
      ["failed because of", "route", "requests", "first", "last"],
      ...recent.failures.kinds().map(({ why, route, requests, first, last: latest }) => {
        return [why, labelOf(route), count(requests), timeOfDay(first), timeOfDay(latest)];
      }),
    ],
    cores: cores ? coreTable(cores) : [],
  };
}

const labelOf = (name: RouteName | "all") =>
  name === "all" ? "all" : `${ROUTES[name].method} ${ROUTES[name].path}`;
const timesOf = ({ p50, p95, p99, max }: Row["times"]) => [p50, p95, p99, max].map(ms);
export const timeOfDay = (at: number) => new Date(at).toTimeString().slice(0, 8);

function replicaRows(replicas: Map<string, Counter>, last: Now | undefined): Table {
  const all = [...replicas.values()].reduce((sum, { requests }) => sum + requests, 0);
  const rows = [...replicas].toSorted(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
  return [
    [
      "replica",
      "answers",
      "share",
      "failed",
      ...(last ? ["per s now"] : []),
      "median",
      "95 %",
      "99 %",
      "max",
    ],
    ...rows.map(([name, counter]) => [
      name,
      count(counter.requests),
      `${((100 * counter.requests) / all).toFixed(1)} %`,
      count(counter.failed),
      ...(last ? [perSecond(last.replicas[name] ?? 0)] : []),
      ...timesOf(counter.times()),
    ]),
  ];
}
