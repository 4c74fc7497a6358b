import type { Sample } from "../../../../checks/load/samples.ts";
import type { Fault } from "../faults.ts";

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

/** What ending replicas may cost, and what else was lost, in requests. */
export interface Cost {
  /** Under way at a replica when it was ended, as far as is known: no other replica answered them. */
  inFlight: number;
  /** Failed, and were not among those. */
  beside: number;
}

interface Flight extends Stretch {
  /** Who answered; empty where nobody said so. */
  replica: string;
  failed: boolean;
}

/** Keeps when requests were under way, at whom, and when they failed. */
export class FlightBook {
  readonly #all: Flight[] = [];

  add({ at, latency, replica, error }: Pick<Sample, "at" | "latency" | "replica" | "error">): void {
    this.#all.push({ from: at, to: at + latency / 1000, replica, failed: error !== "" });
  }

  /** What the end of these replicas cost; a fault's container is called as its replica calls itself in its answers. */
  cost(faults: readonly Pick<Fault, "container" | "at" | "done">[]): Cost {
    const hit = ({ from, to, replica }: Flight) =>
      faults.some(({ container, at, done }) => from <= done && to >= at && ["", container].includes(replica));
    return {
      inFlight: this.#all.filter(hit).length,
      beside: this.#all.filter((flight) => flight.failed && !hit(flight)).length,
    };
  }

  /** From when to when requests ended in failure. */
  failures(): Failures[] {
    const ends = this.#all
      .filter(({ failed }) => failed)
      .map(({ to }) => to)
      .toSorted((a, b) => a - b);
    const stretches: Failures[] = [];
    for (const end of ends) {
      const last = stretches.at(-1);
      if (last && end - last.to <= TOGETHER) Object.assign(last, { to: end, requests: last.requests + 1 });
      else stretches.push({ from: end, to: end, requests: 1 });
    }
    return stretches;
  }
}
