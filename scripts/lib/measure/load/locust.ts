import { ROUTES, type RouteName } from "../../../../checks/load/profiles.ts";
import type { Sample } from "../../../../checks/load/samples.ts";
import { Counter } from "./statistics.ts";

/** Those that Locust reports, and so the columns that its readers know [locust/stats.py, PERCENTILES_TO_REPORT]. */
const PERCENTILES = [50, 66, 75, 80, 90, 95, 98, 99, 99.9, 99.99, 100];

/** [locust/stats.py, StatsCSV.requests_csv_columns] */
const REQUEST_COLUMNS = [
  "Type",
  "Name",
  "Request Count",
  "Failure Count",
  "Median Response Time",
  "Average Response Time",
  "Min Response Time",
  "Max Response Time",
  "Average Content Size",
  "Requests/s",
  "Failures/s",
  ...PERCENTILES.map((percentile) => `${percentile}%`),
];

/** [locust/stats.py, StatsCSV.failures_columns] */
const FAILURE_COLUMNS = ["Method", "Name", "Error", "Occurrences"];

/** Failures of one kind. */
export interface FailureKind {
  route: RouteName;
  why: string;
  requests: number;
  /** When the first and the last of them began, in milliseconds since 1970. */
  first: number;
  last: number;
}

/** Keeps account of failures by route and reason. */
export class Failures {
  readonly #kinds = new Map<string, FailureKind>();

  add({ route, error: why, at }: Sample): void {
    if (why === "") return;
    const key = `${route} ${why}`;
    const { requests, first, last } = this.#kinds.get(key) ?? { requests: 0, first: at, last: at };
    const times = { first: Math.min(first, at), last: Math.max(last, at) };
    this.#kinds.set(key, { route, why, requests: requests + 1, ...times });
  }

  /** The most frequent first. */
  kinds = (): FailureKind[] => [...this.#kinds.values()].toSorted((a, b) => b.requests - a.requests);
}

/** Requests of one route, or of all, with the bytes of their answers. */
class Entry extends Counter {
  /** Undefined as soon as one is unknown. */
  #bytes: number | undefined = 0;

  take({ latency, error, size }: Sample): void {
    this.add(latency, error !== "");
    this.#bytes = this.#bytes === undefined || size === undefined ? undefined : this.#bytes + size;
  }

  cells(seconds: number): (number | string)[] {
    const { requests, failed } = this;
    const { max } = this.times();
    const rates = [requests, failed].map((count) => (seconds > 0 ? count / seconds : 0));
    const size = this.#bytes === undefined ? "" : this.#bytes / requests;
    // A percentile is the end of the range that its requests are counted in, and so may be above the longest of them.
    const within = PERCENTILES.map((percentile) => Math.min(max, this.within(percentile)));
    return [requests, failed, this.within(50), this.mean(), this.min(), max, size, ...rates, ...within];
  }
}

/** A run's samples as the files that Locust's page exports. */
export class LocustBook {
  readonly #entries = new Map<RouteName, Entry>();
  readonly #all = new Entry();
  readonly #failures = new Failures();

  add(sample: Sample): void {
    const entry = this.#entries.get(sample.route) ?? new Entry();
    this.#entries.set(sample.route, entry);
    for (const one of [entry, this.#all]) one.take(sample);
    this.#failures.add(sample);
  }

  /** `seconds` are those that the rates are over. Without a request it is the head alone. */
  requestsCsv(seconds: number): string {
    const names = [...this.#entries.keys()].toSorted((a, b) => byPath(a).localeCompare(byPath(b)));
    const rows = names.map((name) => [
      ROUTES[name].method,
      ROUTES[name].path,
      ...this.#entries.get(name)!.cells(seconds),
    ]);
    const all = this.#all.requests > 0 ? [["", "Aggregated", ...this.#all.cells(seconds)]] : [];
    return csvOf([REQUEST_COLUMNS, ...rows, ...all]);
  }

  failuresCsv(): string {
    const rows = this.#failures.kinds().map(({ route, why, requests }) => {
      return [ROUTES[route].method, ROUTES[route].path, why, requests];
    });
    return csvOf([FAILURE_COLUMNS, ...rows]);
  }
}

const byPath = (name: RouteName) => `${ROUTES[name].path} ${ROUTES[name].method}`;

/** As RFC 4180 and Python's csv module have it. */
const csvOf = (rows: (string | number)[][]) => rows.map((row) => `${row.map(cell).join()}\r\n`).join("");

const cell = (value: string | number) => {
  const text = typeof value === "number" ? String(Number(value.toFixed(3))) : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
