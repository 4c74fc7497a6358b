import type { RouteName } from "../../../../../checks/load/profiles.ts";
import type { Sample } from "../../../../../checks/load/samples.ts";
import { Failures } from "../locust.ts";
import { Counter, type Row } from "../statistics.ts";

/** Seconds that "now" is a mean over: one alone jumps. */
const WINDOW = 3;
/** Milliseconds after the end of a second until what began in it counts: most of it has been answered then. */
const SETTLE = 250;
const DIGITS = 2;

interface Second {
  all: Counter;
  routes: Map<RouteName, { requests: number; failed: number }>;
  replicas: Map<string, number>;
}

/** What has happened in the last seconds. */
export interface Now {
  all: Row;
  /** A second, each. */
  routes: Partial<Record<RouteName, { rate: number; failed: number }>>;
  replicas: Record<string, number>;
}

/** Keeps what a display shows beyond the sums of a part: the last seconds, the replicas' times, and kinds of failures. */
export class Recent {
  readonly replicas = new Map<string, Counter>();
  readonly failures = new Failures();
  readonly #seconds = new Map<number, Second>();
  #first = Infinity;

  add(sample: Sample): void {
    const { at, route, latency, replica, error } = sample;
    const failed = error !== "";
    this.#first = Math.min(this.#first, at);
    this.failures.add(sample);
    const second = this.#at(Math.floor(at / 1000));
    second.all.add(latency, failed);
    const { requests, failed: before } = second.routes.get(route) ?? { requests: 0, failed: 0 };
    second.routes.set(route, { requests: requests + 1, failed: before + Number(failed) });
    if (replica === "") return;
    second.replicas.set(replica, (second.replicas.get(replica) ?? 0) + 1);
    const counter = this.replicas.get(replica) ?? new Counter(DIGITS);
    counter.add(latency, failed);
    this.replicas.set(replica, counter);
  }

  #at(index: number): Second {
    const found = this.#seconds.get(index);
    if (found) return found;
    const made = { all: new Counter(DIGITS), routes: new Map(), replicas: new Map() };
    this.#seconds.set(index, made);
    // A late answer belongs to a second of long ago: that is shown no more.
    for (const old of this.#seconds.keys()) if (old < index - 4 * WINDOW) this.#seconds.delete(old);
    return made;
  }

  /** The last whole seconds before `time`, in milliseconds since 1970; undefined before there is one. */
  now(time: number): Now | undefined {
    const end = Math.floor((time - SETTLE) / 1000);
    const seconds = Math.min(WINDOW, end - this.#first / 1000);
    if (!(seconds > 0.5)) return undefined;
    const all = new Counter(DIGITS);
    const routes: Now["routes"] = {};
    const replicas: Now["replicas"] = {};
    for (let index = end - WINDOW; index < end; index++) {
      const second = this.#seconds.get(index);
      if (!second) continue;
      all.merge(second.all);
      for (const [name, { requests, failed }] of second.routes) {
        const { rate = 0, failed: before = 0 } = routes[name] ?? {};
        routes[name] = { rate: rate + requests / seconds, failed: before + failed / seconds };
      }
      for (const [name, answers] of second.replicas)
        replicas[name] = (replicas[name] ?? 0) + answers / seconds;
    }
    return { all: all.row(seconds), routes, replicas };
  }
}
