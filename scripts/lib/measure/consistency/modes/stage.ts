import { requireDeployed } from "../../../deployment/deployed.ts";
import type { Deployed, Orchestrator } from "../../../deployment/orchestrator.ts";
import { MODES } from "../../../deployment/redis-modes.ts";
import { takeOne, takeTogether } from "../../../deployment/redis/change.ts";
import { moveRedis } from "../../../deployment/redis/move.ts";
import type { BaseImages } from "../../../images/base.ts";
import { despiteInterrupt, interruption } from "../../../run/interrupt.ts";
import { type Outcome, type Progress, type Report, within } from "../../../run/progress.ts";
import type { Settings } from "../../../run/settings.ts";
import type { RedisMode } from "../../../run/values.ts";
import { until } from "../../../run/wait.ts";
import { count } from "../../load/tables.ts";
import { countOf } from "../../load/target.ts";

/** A deployment whose Redis is run in one way after the other. */
export interface Stage {
  orchestrator: Orchestrator;
  /** With the port and the cores that are deployed. */
  settings: Settings;
  base: BaseImages;
  /** As it was found. */
  deployed: Deployed;
  /** Which count to take, from 1, where it was found with several. */
  which: number;
  /** Of several Redis that count each for itself: the count that all of them had when Redis was changed to them. */
  start?: number;
}

/** Changes Redis to a mode and takes the count along, unless that is how it runs. Throws as `moveRedis` does. */
export async function bring(stage: Stage, to: RedisMode, report: Report): Promise<Outcome> {
  const { orchestrator, settings, which, start } = stage;
  const before = await requireDeployed(orchestrator, settings);
  const from = before.redis;
  if (from === to) return { changed: false };
  const found = takeOne(MODES[from].instances > 1 ? which : 1);
  const take = start === undefined ? found : takeTogether(start);
  const wait = stage.deployed.redisWait;
  const taken = await moveRedis({ ...stage, steps: within(report), before, to, wait, take });
  delete stage.start;
  if (MODES[to].instances > 1) stage.start = taken;
  return { changed: true, note: `from ${from}, with ${count(taken)}` };
}

/**
 * Puts the first mode back, also after an interruption, or one that comes meanwhile. Returns what was put back, and the
 * count through the front door.
 */
export async function putBack(steps: Progress, stage: Stage): Promise<{ note: string; after: number }> {
  const { orchestrator, settings, deployed } = stage;
  const act = async (report: Report) => {
    await bring(stage, deployed.redis, report);
    await orchestrator.tidy(settings, [deployed.version, deployed.previous]);
    const wait = { what: "the counter does not say its count", deadline: settings.deadlines.verify };
    const after = await until(wait, () => countOf(deployed.url));
    return { after, note: `Redis ${deployed.redis}, count ${count(after)}` };
  };
  const step = () => despiteInterrupt(() => steps.step("Put back", act));
  const interrupted = interruption.aborted;
  try {
    return await step();
  } catch (error) {
    // The interruption has ended the commands that were under way, and went no further.
    if (interrupted || !interruption.aborted) throw error;
    return step();
  }
}
