import type { BaseImages } from "../../images/base.ts";
import { EXIT, Failure } from "../../run/failure.ts";
import type { Progress } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import { toFailure } from "../../run/shell.ts";
import type { RedisMode } from "../../run/values.ts";
import type { Deployed, Orchestrator } from "../orchestrator.ts";
import { MODES } from "../redis-modes.ts";
import { addCount, allowWrites, counts, resumeWrites, setCount, stopWrites } from "./count.ts";
import type { Ask } from "./state.ts";
import { askOf, whole } from "./whole.ts";

/** How many steps it has beside the release itself. */
export const STEPS = 3;

interface ModeChange {
  orchestrator: Orchestrator;
  settings: Settings;
  steps: Progress;
  base: BaseImages;
  /** The version that is deployed with it. */
  version: string;
  before: Deployed;
  to: RedisMode;
  take: Take;
}

/** Of the counts, one of each Redis that counts for itself, makes the one to take along. */
export type Take = (counts: number[]) => number;

/** The count of one of them, from 1. */
export const takeOne =
  (which: number): Take =>
  (all) =>
    all[which - 1]!;

/** What all have counted since each had `start`, together: what was acknowledged, whoever it was that counted. */
export const takeTogether =
  (start: number): Take =>
  (all) =>
    Math.max(
      0,
      all.reduce((sum, one) => sum + one - start, start),
    );

/**
 * Changes the way Redis is run, and takes the count along: the new Redis comes up beside the old one, the old one takes
 * no more writes, the count is copied, and `release` sends the counter to the new one. The old one goes when that
 * serves. If anything fails before, the old one takes writes again, and the new one goes. What was counted by the one
 * that goes after the count was copied is added. Returns what runs then, and the count that was taken along. Throws a
 * Failure (rolled back) when the old one serves on.
 */
export async function changeMode(
  change: ModeChange,
  release: (beforeUndo: () => Promise<void>) => Promise<Deployed>,
): Promise<{ deployed: Deployed; count: number }> {
  const { orchestrator, settings, steps, before, to, take } = change;
  const from = before.redis;
  const ask = askOf(orchestrator, settings, change.version);
  /** The count that was taken over; none before that. */
  let taken: number | undefined;
  let deployed: Deployed;
  try {
    await steps.step(`Start Redis: ${to}`, async (report) => {
      await resumeWrites(ask, to);
      if (MODES[to].servers.length > 0) await orchestrator.startRedis(settings, to, change.base);
      return whole(orchestrator, settings, to, change.version, report);
    });
    await steps.step("Take the count over", async () => {
      await stopWrites(ask, from);
      const count = take(await counts(ask, from));
      await setCount(ask, to, count);
      taken = count;
      return { changed: true, note: `${count}, from ${from} to ${to}; writes wait` };
    });
    deployed = await release(() => allowWrites(ask, from));
  } catch (error) {
    throw await goBack(change, ask, toFailure(error), taken);
  }
  const { late } = await steps.step(`Remove Redis: ${from}`, async () => {
    const more = take(await counts(ask, from)) - taken!;
    await addCount(ask, to, more);
    if (MODES[from].servers.length > 0) await orchestrator.removeRedis(settings, from);
    const note = more === 0 ? "its data stays" : `it went on counting: ${more} added`;
    return { late: more, changed: true, note };
  });
  return { deployed, count: taken! + late };
}

/** Lets the old Redis count again, adds what the new one has counted, removes that, and returns the failure to throw. */
async function goBack(
  { orchestrator, settings, before, to }: ModeChange,
  ask: Ask,
  { message, details, step }: Failure,
  taken: number | undefined,
): Promise<Failure> {
  const from = before.redis;
  const lines = [...(details.lines ?? [])];
  try {
    await allowWrites(ask, from);
    if (taken !== undefined) {
      await stopWrites(ask, to);
      const start = taken;
      const more = (await counts(ask, to)).reduce((sum, count) => sum + count - start, 0);
      await addCount(ask, from, more);
      if (more !== 0) lines.push(`Redis ${to} had counted ${more} meanwhile, which Redis ${from} has now`);
    }
    if (MODES[to].servers.length > 0) await orchestrator.removeRedis(settings, to);
    const serving = `${before.version} with Redis ${from}`;
    return new Failure(message, { ...details, lines, code: EXIT.rolledBack, serving }, step);
  } catch (second) {
    lines.push(`and going back failed: ${toFailure(second).message}`);
    return new Failure(message, { ...details, lines }, step);
  }
}
