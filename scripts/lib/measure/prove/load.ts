import { lengthOf, type Plan } from "../../../../checks/load/profiles.ts";
import type { Sample } from "../../../../checks/load/samples.ts";
import { interruption } from "../../run/interrupt.ts";
import { OutageBook } from "../failover/outage.ts";
import { builtin, generate } from "../load/generate.ts";
import { Intake } from "../load/intake.ts";
import { LedgerBook } from "../load/ledger.ts";
import type { RawFile } from "../load/raw.ts";
import { flowing, steadyIncrements } from "../load/steady.ts";
import { type Row, type Statistics, Tally } from "../load/statistics.ts";
import { FlightBook } from "./flights.ts";

/** How the requests come: over connections that are kept, and each over one of its own. */
export const WAYS = ["kept", "new"] as const;
export type Way = (typeof WAYS)[number];

/** Where the increments go. */
export interface Aim {
  url: string;
  /** Increments a second, both ways together. */
  rate: number;
  /** The count before them. */
  before: number;
  raw: Record<Way, RawFile>;
  /** For the raw files: under which act they were sent. */
  name: string;
}

/** What clients saw, as far as it is known when the last of them has its answer. */
export interface Seen {
  /** Of all requests; percentiles are of the requests themselves, whichever way they came. */
  statistics: Statistics;
  ways: Record<Way, Row>;
  /** Due, and not sent because too many were under way. */
  dropped: number;
  ledger: LedgerBook;
  outage: OutageBook;
  flights: FlightBook;
}

/** Seconds after which the increments end, whatever goes on: longer than any act may take. */
const LONGEST = 1800;

/** The plan of one way. */
export function planFor(way: Way, { url, rate }: Pick<Aim, "url" | "rate">): Plan {
  return { ...steadyIncrements(url, rate / WAYS.length, LONGEST), connections: way };
}

/**
 * Sends increments in both ways at once for as long as `meanwhile` takes. Begins with it when the first requests have
 * ended, well or not. Throws what it throws, and a Failure where a generator fails.
 */
export async function underLoad<T>(aim: Aim, meanwhile: () => Promise<T>): Promise<Seen & { result: T }> {
  const all = new Tally();
  const [ledger, outage, flights] = [new LedgerBook(aim.before), new OutageBook(), new FlightBook()];
  const take = (sample: Sample) => {
    all.add(sample);
    outage.add(sample);
    flights.add(sample);
    if (sample.error === "" && sample.value !== undefined) ledger.acknowledge(sample.value);
    else ledger.wonder();
  };
  const end = new AbortController();
  const sent = WAYS.map((way) => {
    const plan = planFor(way, aim);
    const intake = new Intake(plan, aim.before, take);
    const raw = aim.raw[way];
    raw.part({ act: aim.name, way, rate: plan.from });
    return {
      way,
      intake,
      length: lengthOf(plan),
      ended: generate(builtin, plan, { intake, raw, stop: end.signal }),
    };
  });
  const act = async () => {
    try {
      await flowing(...sent.map(({ intake }) => intake));
      return await meanwhile();
    } finally {
      end.abort();
    }
  };
  const [done, ...ends] = await Promise.allSettled([act(), ...sent.map(({ ended }) => ended)]);
  const failed = ends.find((one) => one.status === "rejected");
  if (done.status === "rejected") throw done.reason;
  if (failed) throw failed.reason;
  interruption.throwIfAborted();
  const rows = sent.map(({ way, intake }) => [way, intake.tally.sum().all] as const);
  return {
    statistics: all.sum(),
    ways: Object.fromEntries(rows) as Record<Way, Row>,
    dropped: sent.reduce((sum, { intake }) => sum + (intake.ending?.dropped ?? 0), 0),
    ledger,
    outage,
    flights,
    result: done.value,
  };
}
