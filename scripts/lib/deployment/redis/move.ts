import type { BaseImages } from "../../images/base.ts";
import type { Progress } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import type { RedisMode } from "../../run/values.ts";
import type { Deployed, Orchestrator } from "../orchestrator.ts";
import { release } from "../release.ts";
import { MODES } from "../redis-modes.ts";
import { changeMode, type Take } from "./change.ts";
import { whole } from "./whole.ts";

/** Another way to run Redis, for the version and the replicas that run. */
export interface Move {
  orchestrator: Orchestrator;
  /** With the port and the cores that are deployed. */
  settings: Settings;
  steps: Progress;
  base: BaseImages;
  before: Deployed;
  to: RedisMode;
  /** How many replicas of Redis a write waits for, where the way to run it has any. */
  wait: number;
  take: Take;
}

/**
 * Changes the way Redis is run and nothing else, and waits until the new one is whole. Returns the count that was taken
 * along. Throws as `changeMode` does.
 */
export async function moveRedis(move: Move): Promise<number> {
  const { orchestrator, settings, steps, base, before, to, wait } = move;
  const { version, replicas } = before;
  const target = { ...before, redis: to, redisWait: MODES[to].waits ? wait : 0, base, keepParts: true };
  const act = () => orchestrator.apply(settings, target);
  const { count } = await changeMode({ ...move, version }, (beforeUndo) =>
    release(orchestrator, settings, steps, { name: "Deploy", version, replicas, act, beforeUndo }),
  );
  await steps.step(`Redis: ${to}`, (report) => whole(orchestrator, settings, to, version, report));
  return count;
}
