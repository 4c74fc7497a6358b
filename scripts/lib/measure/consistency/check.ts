import { type Plan, planOf, PROFILES } from "../../../../checks/load/profiles.ts";
import type { Deployed, Orchestrator } from "../../deployment/orchestrator.ts";
import { MODES } from "../../deployment/redis-modes.ts";
import { counts } from "../../deployment/redis/count.ts";
import { askOf } from "../../deployment/redis/whole.ts";
import { Failure } from "../../run/failure.ts";
import { interruption } from "../../run/interrupt.ts";
import type { Progress } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import { now } from "../clock.ts";
import { builtin, generate } from "../load/generate.ts";
import { Intake } from "../load/intake.ts";
import { openRaw, type RawFile } from "../load/raw.ts";
import { count } from "../load/tables.ts";
import type { Target } from "../load/target.ts";
import { type Result, resultOf, type Seen } from "./result.ts";

/** One look at whether there is one count. */
export interface Check {
  target: Target;
  mode: string;
  /** Whether such a Redis has one count. */
  promised: boolean;
  /** Requests a second, and how many increments, and as many reads. */
  rate: number;
  increments: number;
  /** The counts that each Redis itself says, where there are several. */
  own?: () => Promise<number[] | undefined>;
  started: string;
  /** Where the samples go. */
  file: string;
  steps: Progress;
}

/** Counts through the front door and reads what came of it, in two steps. An interruption ends it early. */
export async function checkCount(check: Check): Promise<Result> {
  const { target, rate, increments: wanted, steps, started, mode, promised } = check;
  const raw = openRaw(check.file);
  const one = { target, rate, wanted, raw, begun: now() };
  const counted = await steps.step(`${count(wanted)} increments`, () => send(one, "increment"));
  const read = await steps.step(`${count(wanted)} reads`, () => send(one, "read"));
  await raw.close();

  const last = read.seen.at(-1)?.value;
  if (last === undefined && !interruption.aborted) throw new Failure("the counter does not say its count");
  const ledger = counted.intake.ledger!.close(last ?? target.count);
  const { url, orchestrator, replicas, version } = target;
  const own = interruption.aborted ? undefined : await check.own?.();
  const setting = { mode, promised, url, orchestrator, replicas, version, started };
  return resultOf(setting, counted.seen, { ...read, ...(own && { own }) }, ledger, interruption.aborted);
}

/**
 * The counts that the Redis of a deployment say themselves; undefined where there is one. Chance may lead all replicas to
 * the same one of several, and then the front door shows one count, as long as they stay.
 */
export async function ownCounts(
  orchestrator: Orchestrator,
  settings: Settings,
  { redis, version }: Deployed,
): Promise<number[] | undefined> {
  return MODES[redis].instances > 1 ? counts(askOf(orchestrator, settings, version), redis) : undefined;
}

interface Sending {
  target: Target;
  rate: number;
  wanted: number;
  raw: RawFile;
  /** Milliseconds since 1970. */
  begun: number;
}

/** Sends so many requests, each over a connection of its own, and gives what was answered. */
async function send({ target, rate, wanted, raw, begun }: Sending, route: "increment" | "read") {
  const seconds = wanted / rate;
  const profile = { ...PROFILES.increments, weights: { [route]: 1 }, rate, seconds, users: wanted };
  const plan: Plan = { ...planOf(profile, target.url), connections: "new" };
  const seen: Seen[] = [];
  let failed = 0;
  const intake = new Intake(plan, target.count, ({ replica, at, value, error }) => {
    if (error !== "" || value === undefined) failed++;
    else seen.push({ replica, at: (at - begun) / 1000, value });
  });
  raw.part({ route, rate });
  await generate(builtin, plan, { intake, raw, local: target.local });
  return { seen, failed, intake, note: `${count(seen.length)} answered, ${count(failed)} failed` };
}
