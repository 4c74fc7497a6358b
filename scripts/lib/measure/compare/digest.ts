import { readRaw } from "../load/raw.ts";
import { Counter, type Times } from "../load/statistics.ts";
import { type Slow, slowReplica } from "./limit.ts";

/** Where the latency distribution is read off. */
export const PERCENTILES = [10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99];

/** Requests of several runs, merged. Times in milliseconds. */
export interface Merged {
  requests: number;
  failed: number;
  times: Times;
}

/** What the samples of all runs of an arm say together. */
export interface Samples {
  /** The users, from when all were there. */
  users: Merged & { distribution: { percentile: number; ms: number }[] };
  /** Of these, what passed before they were sent. */
  blocked: Times;
  /** Connecting, of all users' requests that had to, those among them that came while others arrived. */
  connect: Times;
  /**
   * By the replica that answered them, with its share of all answers: the first of each run by name, the second, and so
   * on. Names do not do, since every change of the size may give new ones.
   */
  replicas: ({ share: number } & Merged)[];
  /** The steps of the search, by the rate that was asked for; void ones are left out. */
  rates: ({ rate: number } & Merged)[];
}

/** Merges the samples of an arm's runs, request by request: percentiles are never averaged. */
export class Digest {
  readonly #users = new Counter();
  readonly #blocked = new Counter();
  readonly #connect = new Counter();
  readonly #replicas = new Map<number, Counter>();
  readonly #rates = new Map<number, Counter>();
  /** Of each run, the times of its users. */
  readonly runs: Times[] = [];
  /** The slow replica of each run that had one. */
  readonly slow: Slow[] = [];

  /** Takes in the files of a run. What of the users began in its first `ramp` seconds is left out, and so are steps for which `isVoid`. */
  async add(raw: string, ramp: number, isVoid: (step: number) => boolean): Promise<void> {
    const own = new Counter();
    const replicas = new Map<string, Counter>();
    let steady = Infinity;
    await readRaw(`${raw}-users.csv.gz`, {
      part: () => {},
      sample: ({ at, latency, blocked, connect, replica, error }) => {
        if (steady === Infinity) steady = at + ramp * 1000;
        if (connect > 0) this.#connect.add(connect);
        if (at < steady) return;
        const failed = error !== "";
        for (const counter of [own, this.#users, ...(replica ? [counterOf(replicas, replica)] : [])])
          counter.add(latency, failed);
        this.#blocked.add(blocked);
      },
    });
    this.runs.push(own.times());
    this.#takeReplicas(replicas);
    let step = -1;
    let present: Counter | undefined;
    await readRaw(`${raw}-max.csv.gz`, {
      part: (about) => {
        step++;
        present = isVoid(step) ? undefined : counterOf(this.#rates, Number(about["rate"]));
      },
      sample: ({ latency, error }) => present?.add(latency, error !== ""),
    });
  }

  #takeReplicas(named: Map<string, Counter>): void {
    const rows = [...named].toSorted(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
    for (const [index, [, counter]] of rows.entries()) counterOf(this.#replicas, index).merge(counter);
    const slow = slowReplica(Object.fromEntries(rows.map(([name, counter]) => [name, counter.times()])));
    if (slow) this.slow.push(slow);
  }

  sum(): Samples {
    const all = [...this.#replicas.values()].reduce((sum, { requests }) => sum + requests, 0);
    const rates = [...this.#rates].filter(([, { requests }]) => requests > 0).toSorted(([a], [b]) => a - b);
    return {
      users: {
        ...mergedOf(this.#users),
        distribution: PERCENTILES.map((percentile) => ({ percentile, ms: this.#users.within(percentile) })),
      },
      blocked: this.#blocked.times(),
      connect: this.#connect.times(),
      replicas: [...this.#replicas.values()].map((counter) => ({
        share: counter.requests / all,
        ...mergedOf(counter),
      })),
      rates: rates.map(([rate, counter]) => ({ rate, ...mergedOf(counter) })),
    };
  }
}

function counterOf<Key>(map: Map<Key, Counter>, key: Key): Counter {
  const found = map.get(key) ?? new Counter();
  map.set(key, found);
  return found;
}

const mergedOf = (counter: Counter): Merged => ({
  requests: counter.requests,
  failed: counter.failed,
  times: counter.times(),
});
