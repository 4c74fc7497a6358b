import { build, type Histogram } from "hdr-histogram-js";
import type { RouteName } from "../../../../checks/load/profiles.ts";
import type { Sample } from "../../../../checks/load/samples.ts";

/** Times of many requests, in milliseconds. Percentiles are of the requests themselves, never means of percentiles. */
export interface Times {
  p50: number;
  p95: number;
  p99: number;
  p999: number;
  max: number;
}

/** Requests of one kind. */
export interface Row {
  requests: number;
  /** Answered or not, a second. */
  rate: number;
  failed: number;
  times: Times;
}

/** One slice of the time, for the charts. */
interface Slice extends Row {
  /** Seconds since the beginning. */
  from: number;
  seconds: number;
}

/** What the samples of one run of a generator say. */
export interface Statistics {
  /** When the first request was meant to start, in milliseconds since 1970. */
  from: number;
  /** Until the last request that was sent; the rates are over these. */
  seconds: number;
  all: Row;
  routes: Partial<Record<RouteName, Row>>;
  /** Time before a request was sent, of all requests. */
  blocked: Times;
  /** Time to connect, of those requests that had to. */
  connect: Times;
  connections: number;
  /** Requests that each replica answered. */
  replicas: Record<string, number>;
  /** How many failed for which reason: a status, or why there was no answer. */
  errors: { why: string; requests: number }[];
  /** Answers with a status of 500 or more. */
  serverErrors: number;
  slices: Slice[];
}

const LONGEST_US = 600_000_000;
/** Of a value: three digits everywhere but in slices, of which there are many. */
const DIGITS = 3;
const SLICE_DIGITS = 2;
const PERCENTILES = { p50: 50, p95: 95, p99: 99, p999: 99.9 } as const;

/** Counts requests and keeps their times. */
export class Counter {
  requests = 0;
  failed = 0;
  readonly #times: Histogram;

  constructor(digits: 2 | 3 = DIGITS) {
    this.#times = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: LONGEST_US,
      numberOfSignificantValueDigits: digits,
    });
  }

  add(microseconds: number, failed = false): void {
    this.requests++;
    if (failed) this.failed++;
    this.#times.recordValue(Math.min(LONGEST_US, Math.max(1, microseconds)));
  }

  /** Counts all that another one has counted. */
  merge(other: Counter): void {
    this.requests += other.requests;
    this.failed += other.failed;
    this.#times.add(other.#times);
  }

  times(): Times {
    const { p50, p95, p99, p999 } = PERCENTILES;
    const max = this.requests > 0 ? this.#times.maxValue / 1000 : 0;
    return {
      p50: this.within(p50),
      p95: this.within(p95),
      p99: this.within(p99),
      p999: this.within(p999),
      max,
    };
  }

  /** Milliseconds within which so many percent of the requests were answered. */
  within(percentile: number): number {
    return this.#times.getValueAtPercentile(percentile) / 1000;
  }

  /** Milliseconds that a request took on average, and the shortest. */
  mean = (): number => this.#times.mean / 1000;
  min = (): number => (this.requests > 0 ? this.#times.minNonZeroValue / 1000 : 0);

  row(seconds: number): Row {
    const { requests, failed } = this;
    return { requests, rate: seconds > 0 ? requests / seconds : 0, failed, times: this.times() };
  }
}

/** Sums up samples as they come. `sliceSeconds` is the width of the charts' slices. */
export class Tally {
  readonly #sliceSeconds: number;
  readonly #all = new Counter();
  readonly #blocked = new Counter();
  readonly #connect = new Counter();
  readonly #routes = new Map<RouteName, Counter>();
  readonly #slices = new Map<number, Counter>();
  readonly #replicas = new Map<string, number>();
  readonly #errors = new Map<string, number>();
  #serverErrors = 0;
  /** Where the slices begin. */
  #base = 0;
  #first = Infinity;
  #last = -Infinity;

  constructor(sliceSeconds = 1) {
    this.#sliceSeconds = sliceSeconds;
  }

  add(sample: Sample): void {
    const { at, route, status, latency, blocked, connect, replica, error } = sample;
    const failed = error !== "";
    this.#first = Math.min(this.#first, at);
    this.#last = Math.max(this.#last, at);
    this.#all.add(latency, failed);
    this.#blocked.add(blocked);
    if (connect > 0) this.#connect.add(connect);
    entry(this.#routes, route, () => new Counter()).add(latency, failed);
    this.#base ||= at;
    // A request that was meant to start a little before the first that ended is in the first slice, too.
    const slice = Math.max(0, Math.floor((at - this.#base) / 1000 / this.#sliceSeconds));
    entry(this.#slices, slice, () => new Counter(SLICE_DIGITS)).add(latency, failed);
    if (replica) this.#replicas.set(replica, (this.#replicas.get(replica) ?? 0) + 1);
    if (failed) this.#errors.set(error, (this.#errors.get(error) ?? 0) + 1);
    if (status >= 500) this.#serverErrors++;
  }

  /** So far. */
  get requests(): number {
    return this.#all.requests;
  }

  /** The last slice that is over, for a display while it runs. */
  latest(): Slice | undefined {
    return this.#sumSlices().at(-2);
  }

  /** All in all. `planned` seconds were to be sent in, where that is known: a run that was cut off has fewer. */
  sum(planned = Infinity): Statistics {
    const empty = this.#all.requests === 0;
    const from = empty ? 0 : this.#first;
    const sending = empty ? 0 : (this.#last - this.#first) / 1000;
    // The first and the last request of a rate are one interval less apart than the plan is long.
    const seconds = planned - sending < 0.1 * planned ? Math.max(planned, sending) : sending;
    return {
      from,
      seconds,
      all: this.#all.row(seconds),
      routes: Object.fromEntries([...this.#routes].map(([name, counter]) => [name, counter.row(seconds)])),
      blocked: this.#blocked.times(),
      connect: this.#connect.times(),
      connections: this.#connect.requests,
      replicas: Object.fromEntries([...this.#replicas].toSorted(([a], [b]) => a.localeCompare(b))),
      errors: [...this.#errors]
        .map(([why, requests]) => ({ why, requests }))
        .toSorted((a, b) => b.requests - a.requests),
      serverErrors: this.#serverErrors,
      slices: this.#sumSlices(),
    };
  }

  #sumSlices(): Slice[] {
    const width = this.#sliceSeconds;
    const end = (this.#last - this.#base) / 1000;
    const rows = [...this.#slices].toSorted(([a], [b]) => a - b);
    return rows.map(([index, counter]) => {
      const from = index * width;
      const seconds = Math.min(width, Math.max(end - from, 0.001));
      return { from, seconds, ...counter.row(seconds) };
    });
  }
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
