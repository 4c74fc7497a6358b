import { lengthOf } from "../../../../checks/load/profiles.ts";
import type { Container, Deployed, Orchestrator } from "../../deployment/orchestrator.ts";
import { partsThatFollow, partWithCount } from "../../deployment/redis/find.ts";
import { askOf, whole } from "../../deployment/redis/whole.ts";
import { awaitWell } from "../../deployment/well.ts";
import { EXIT, Failure } from "../../run/failure.ts";
import { interruption } from "../../run/interrupt.ts";
import type { Settings } from "../../run/settings.ts";
import { pause, until } from "../../run/wait.ts";
import type { Fault } from "../faults.ts";
import { builtin, generate } from "../load/generate.ts";
import { Intake } from "../load/intake.ts";
import type { Ledger } from "../load/ledger.ts";
import { flowing, steadyIncrements } from "../load/steady.ts";
import type { RawFile } from "../load/raw.ts";
import type { Statistics } from "../load/statistics.ts";
import { countOf } from "../load/target.ts";
import type { Victim } from "../redis-modes.ts";
import { type Outage, OutageBook } from "./outage.ts";

/** How a container is hit. */
export type Strike = (container: Container) => Promise<Fault>;

/** What the rounds have in common. */
export interface Trial {
  orchestrator: Orchestrator;
  settings: Settings;
  deployed: Deployed;
  victim: Victim;
  /** Parts of which one container is hit in each round, as far as they have the victim's role then. */
  parts: readonly string[];
  /** Containers of each part, while all is well. */
  containers: Record<string, number>;
  /** Increments a second. */
  rate: number;
  /** Seconds in which they are sent, from before the fault. */
  seconds: number;
  strike: Strike;
}

/** One fault, and what came of it. */
export interface Round {
  fault: Fault;
  outage: Outage;
  /** Acknowledged increments that the counter does not have. */
  lost: number;
  /** Increments that failed, and that the counter has all the same. */
  counted: number;
  dropped: number;
  ledger: Ledger;
  statistics: Statistics;
}

/** Milliseconds of undisturbed increments before the fault. */
const BEFORE = 2000;

/**
 * Sends increments, hits one container meanwhile, and waits until all is well again. Throws a Failure where that does
 * not come, or there is nothing to be hit.
 */
export async function playRound(trial: Trial, raw: RawFile): Promise<Round> {
  const { orchestrator, settings, deployed, containers, strike, rate, seconds } = trial;
  const plan = steadyIncrements(deployed.url, rate, seconds);
  // Before the increments: to ask for it may take as long as they last.
  const container = await toBeHit(trial);
  const before = await countOf(deployed.url);
  if (before === undefined) throw new Failure("the counter does not answer", { hint: "make status" });
  const book = new OutageBook();
  const intake = new Intake(plan, before, (sample) => book.add(sample));
  raw.part({ rate, seconds });
  const hit = async () => {
    await flowing(intake);
    await pause(BEFORE);
    return strike(container);
  };
  const [sent, struck] = await Promise.allSettled([
    generate(builtin, plan, { intake, raw, local: true }),
    hit(),
  ]);
  if (struck.status === "rejected") throw struck.reason;
  if (sent.status === "rejected") throw sent.reason;
  interruption.throwIfAborted();
  await awaitWell(orchestrator, settings, deployed, containers);
  await whole(orchestrator, settings, deployed.redis, deployed.version, () => {});
  const wait = { what: "the counter does not say its count", deadline: settings.deadlines.verify };
  const after = await until(wait, () => countOf(deployed.url));
  const ledger = intake.ledger!.close(after);
  return {
    fault: struck.value,
    outage: book.close(struck.value, rate),
    lost: ledger.acknowledged - ledger.confirmed,
    counted: Math.max(0, after - before - ledger.confirmed),
    dropped: intake.ending?.dropped ?? 0,
    ledger,
    statistics: intake.tally.sum(lengthOf(plan)),
  };
}

/** One of the containers that have the victim's role at the moment; chance says which. */
async function toBeHit(trial: Trial): Promise<Container> {
  const { orchestrator, settings } = trial;
  const now = await inRole(trial);
  const all = (await Promise.all(now.map((part) => orchestrator.containersOf(settings, part)))).flat();
  const one = all[Math.floor(Math.random() * all.length)];
  if (one) return one;
  throw new Failure("nothing of that kind runs here", { code: EXIT.refused, hint: "make status" });
}

/** The parts that have the victim's role at the moment: the one with the count, or those that follow it. */
async function inRole(trial: Trial): Promise<readonly string[]> {
  const { orchestrator, settings, deployed, victim, parts } = trial;
  if (parts.length === 1 || (victim !== "redis" && victim !== "replica")) return parts;
  const ask = askOf(orchestrator, settings, deployed.version);
  return victim === "redis" ? [await partWithCount(ask, parts)] : partsThatFollow(ask, parts);
}
