import type { Sample } from "../../../../checks/load/samples.ts";

/** A stretch of time, in milliseconds. */
export interface Stretch {
  from: number;
  to: number;
}

/** A stretch in which so many requests ended in failure. */
export interface Failures extends Stretch {
  requests: number;
}

/** Failures that are closer than this are one stretch, in milliseconds. */
const TOGETHER = 300;

/** Keeps when requests were under way, and when they failed. */
export class FlightBook {
  readonly #all: Stretch[] = [];
  readonly #failed: Stretch[] = [];

  add({ at, latency, error }: Pick<Sample, "at" | "latency" | "error">): void {
    const flight = { from: at, to: at + latency / 1000 };
    this.#all.push(flight);
    if (error !== "") this.#failed.push(flight);
  }

  /** Requests that were under way at some moment between two; times are as in the samples. */
  between({ from, to }: Stretch): number {
    return this.#all.filter((flight) => flight.from <= to && flight.to >= from).length;
  }

  /** From when to when requests ended in failure. */
  failures(): Failures[] {
    const ends = this.#failed.map(({ to }) => to).toSorted((a, b) => a - b);
    const stretches: Failures[] = [];
    for (const end of ends) {
      const last = stretches.at(-1);
      if (last && end - last.to <= TOGETHER) Object.assign(last, { to: end, requests: last.requests + 1 });
      else stretches.push({ from: end, to: end, requests: 1 });
    }
    return stretches;
  }
}
