import { requireDeployed } from "../../deployment/deployed.ts";
import { awaitWell } from "../../deployment/well.ts";
import { Failure } from "../../run/failure.ts";
import { interruption } from "../../run/interrupt.ts";
import { pause, until } from "../../run/wait.ts";
import { now } from "../clock.ts";
import type { Ledger, LedgerBook } from "../load/ledger.ts";
import type { Row, Statistics } from "../load/statistics.ts";
import { countOf } from "../load/target.ts";
import type { Act } from "./acts.ts";
import type { Cost, Failures, Stretch } from "./flights.ts";
import { type Aim, type Seen, underLoad, type Way } from "./load.ts";
import type { Answers, Stage } from "./stage.ts";

/** An act, and what clients saw of it. Times are in milliseconds since the act began. */
export interface Played {
  name: string;
  does: string;
  /** Requests that it may cost. */
  allowed: Act["failed"];
  note: string;
  /** What did not go as it should. */
  problems: string[];
  statistics: Statistics;
  ways: Record<Way, Row>;
  dropped: number;
  ledger: Ledger;
  /** Acknowledged increments that the counter does not have. */
  lost: number;
  /** Increments that failed, and that the counter has all the same. */
  counted: number;
  /** Longest time without an acknowledgement, and every one that the rate does not explain. */
  gap: number;
  gaps: Stretch[];
  /** From when to when requests ended in failure. */
  failures: Failures[];
  /** How malformed requests were answered, where the act sends some. */
  answers: Answers[];
  /** What ending replicas cost, where the act does that. */
  cost?: Cost;
  /** From when to when increments were sent. */
  from: number;
  to: number;
  /** When the act was done, and when all was well again. */
  done: number;
  well: number;
}

/** How much of it. */
export interface Load extends Pick<Aim, "rate" | "raw"> {
  /** Seconds in which increments come at least. */
  seconds: number;
}

/** Milliseconds of increments before the act, and after all is well again. */
const BEFORE = 2000;
const AFTER = 2000;

/**
 * Plays an act while increments come, and goes on until all is well again. Throws a Failure where that does not come, or
 * what an act throws.
 */
export async function play(
  act: Act,
  stage: Stage,
  load: Load,
  tamper: (ledger: LedgerBook, after: number) => void = () => {},
): Promise<Played> {
  const { settings, door, containers } = stage;
  await act.prepare?.(stage);
  const before = await countOf(door);
  if (before === undefined) throw new Failure("the counter does not answer", { hint: "make status" });
  const seen = await underLoad({ ...load, url: door, before, name: act.name }, async () => {
    const begun = now();
    await pause(BEFORE);
    const from = now();
    const result = await act.act(stage);
    interruption.throwIfAborted();
    const done = now() - from;
    await awaitWell(
      stage.orchestrator,
      settings,
      await requireDeployed(stage.orchestrator, settings),
      containers,
    );
    const well = now() - from;
    await pause(Math.max(AFTER, begun + load.seconds * 1000 - now()));
    return { ...result, from, done, well };
  });
  const wait = { what: "the counter does not say its count", deadline: settings.deadlines.verify };
  const after = await until(wait, () => countOf(door));
  tamper(seen.ledger, after);
  return playedOf(act, seen, load.rate, before, after);
}

type Acted = Awaited<ReturnType<Act["act"]>> & Pick<Played, "from" | "done" | "well">;

/** What an act came to, when the counter says `after`. */
export function playedOf(
  { name, does, failed }: Pick<Act, "name" | "does" | "failed">,
  { result, statistics, ways, dropped, ledger: book, outage, flights }: Seen & { result: Acted },
  rate: number,
  before: number,
  after: number,
): Played {
  const { note = "", problems = [], faults = [], answers = [], from, done, well } = result;
  const ledger = book.close(after);
  const { gap, gaps, from: first, to } = outage.close({ at: from, done: from }, rate);
  const failures = flights.failures().map((one) => ({ ...one, from: one.from - from, to: one.to - from }));
  return {
    name,
    does,
    allowed: failed,
    note,
    problems,
    statistics,
    ways,
    dropped,
    ledger,
    lost: ledger.acknowledged - ledger.confirmed,
    counted: Math.max(0, after - before - ledger.confirmed),
    gap,
    gaps,
    failures,
    answers,
    ...(failed === "in flight" && { cost: flights.cost(faults) }),
    from: first,
    to,
    done,
    well,
  };
}
