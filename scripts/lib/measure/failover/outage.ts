import type { Sample } from "../../../../checks/load/samples.ts";
import type { Fault } from "../faults.ts";

/** What clients saw of a fault. Times are in milliseconds, from when the signal was sent. */
export interface Outage {
  /** Until the first acknowledgement of an increment that was sent after the fault; absent where none came. */
  back?: number;
  /** Longest time without an acknowledgement. */
  gap: number;
  /** Increments that were answered with an error, or not at all. */
  failed: number;
  /** Until the last of these ended. */
  last: number;
  /** Times without an acknowledgement that lasted longer than the rate explains. */
  gaps: { from: number; to: number }[];
  /** From when to when increments were sent. */
  from: number;
  to: number;
}

/** So many intervals of the rate without an acknowledgement are a gap; and no less than the next, in milliseconds. */
const INTERVALS = 10;
const LEAST_GAP = 50;

/** Keeps when increments were sent and ended. */
export class OutageBook {
  readonly #acknowledged: { sent: number; end: number }[] = [];
  readonly #failed: number[] = [];
  #first = Infinity;
  #last = -Infinity;

  add({ at, latency, error }: Pick<Sample, "at" | "latency" | "error">): void {
    const end = at + latency / 1000;
    this.#first = Math.min(this.#first, at);
    this.#last = Math.max(this.#last, at);
    if (error === "") this.#acknowledged.push({ sent: at, end });
    else this.#failed.push(end);
  }

  /** The account. `rate` is that of the increments, in a second. */
  close({ at, done }: Pick<Fault, "at" | "done">, rate: number): Outage {
    const since = (time: number) => time - at;
    const back = least(this.#acknowledged.filter(({ sent }) => sent >= done).map(({ end }) => end));
    const ends = this.#acknowledged.map(({ end }) => end).toSorted((a, b) => a - b);
    // What is sent last is awaited: where no answer came until then, the gap is as long as was looked.
    const times = [this.#first, ...ends, Math.max(this.#last, ends.at(-1) ?? 0)];
    const between = times.slice(1).map((to, index) => ({ from: since(times[index]!), to: since(to) }));
    const long = Math.max(LEAST_GAP, (INTERVALS * 1000) / rate);
    return {
      ...(back !== undefined && { back: since(back) }),
      gap: most(between.map(({ from, to }) => to - from)),
      failed: this.#failed.length,
      last: Math.max(0, since(most(this.#failed))),
      gaps: between.filter(({ from, to }) => to - from > long),
      from: since(this.#first),
      to: since(this.#last),
    };
  }
}

// Math.min and Math.max take as many arguments as the stack holds, which is less than a long round's requests.
const least = (values: number[]) =>
  values.reduce<number | undefined>((a, b) => Math.min(a ?? Infinity, b), undefined);
const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b), 0);
