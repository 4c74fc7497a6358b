import { existsSync } from "node:fs";
import { memoryProblems } from "../../host/facts.ts";
import { confirm } from "../../run/confirm.ts";
import { EXIT, Failure, refuse } from "../../run/failure.ts";
import type { OptionValues } from "../../run/options.ts";
import { ROOT } from "../../run/paths.ts";
import type { Settings } from "../../run/settings.ts";
import type { RedisMode } from "../../run/values.ts";
import type { Deployed, Orchestrator } from "../orchestrator.ts";
import { MODES } from "../redis-modes.ts";
import { counts } from "./count.ts";
import { askOf } from "./whole.ts";

/** The mode of the next deployment: what was asked for, or else that of before unless the settings changed. */
export function nextMode(settings: Settings, asked: OptionValues, before: Deployed | undefined): RedisMode {
  return asked.redis ?? (before?.redisSetting === settings.redis ? before.redis : settings.redis);
}

/** The same for how many replicas of Redis a write waits for. Throws a usage Failure where the mode has none. */
export function nextWait(
  settings: Settings,
  asked: OptionValues,
  before: Deployed | undefined,
  mode: RedisMode,
): number {
  const kept = before?.redisWaitSetting === settings.redisWait ? before.redisWait : settings.redisWait;
  const wait = asked.wait ?? kept;
  if (wait === 0 || MODES[mode].waits) return wait;
  throw new Failure(`WAIT=${wait}, and Redis ${mode} has no replica that a write could wait for`, {
    code: EXIT.usage,
    hint: "WAIT=0, or REDIS=sentinel or cluster",
  });
}

/** What keeps a mode from being deployed. */
export function modeProblems({ name, platform }: Orchestrator, mode: RedisMode): string[] {
  const files = `${ROOT}deploy/${name}/redis/${mode}`;
  const there = existsSync(files) || existsSync(`${files}.yaml`);
  return [
    ...(there ? [] : [`there are no manifests for Redis ${mode} on ${platform}`]),
    ...memoryProblems(MODES[mode].memory),
  ];
}

/**
 * Which of the counts that there are is taken over, from 1. Throws a Failure (refused) when the count cannot be read,
 * or when there are several and none was named.
 */
export async function whichCount(
  orchestrator: Orchestrator,
  settings: Settings,
  { redis, version }: Deployed,
  { from }: OptionValues,
): Promise<number> {
  const found = await counts(askOf(orchestrator, settings, version), redis).catch((error: Error) => error);
  if (found instanceof Error) refuse([`the count cannot be taken over: ${found.message}`]);
  const values = found as number[];
  if (values.length === 1) return 1;
  if (from && from <= values.length) return from;
  throw new Failure("each Redis has a count of its own: say which one to take over", {
    code: EXIT.refused,
    lines: values.map((count, at) => `FROM=${at + 1}: ${count}`),
    hint: "FROM=1",
  });
}

/** Asks before the way Redis is run is changed. Throws as `confirm` does. */
export const confirmChange = (from: RedisMode, to: RedisMode, orchestrator: Orchestrator) =>
  confirm(
    `Change Redis from ${from} to ${to}? Writes are refused until it is done.`,
    `make deploy-${orchestrator.name} REDIS=${to} YES=1, or REDIS=${from}`,
  );
