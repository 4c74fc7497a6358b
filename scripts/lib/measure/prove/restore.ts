import { isDeepStrictEqual } from "node:util";
import { doorState } from "../../deployment/front-door.ts";
import type { Deployed, Orchestrator, Snapshot } from "../../deployment/orchestrator.ts";
import { KEY } from "../../deployment/redis/key.ts";
import { settle } from "../../deployment/settle.ts";
import { Failure } from "../../run/failure.ts";
import type { Settings } from "../../run/settings.ts";
import { until } from "../../run/wait.ts";
import { countOf } from "../load/target.ts";

/** A deployment as it was found. */
export interface Found {
  deployed: Deployed;
  snapshot: Snapshot;
  /** Versions whose images were there. */
  kept: string[];
  count: number;
}

/** Puts version and scale back, and waits until that is done, also after an interruption. */
export async function restoreVersion(
  orchestrator: Orchestrator,
  settings: Settings,
  { deployed: { version, previous, replicas, cpus, url }, snapshot }: Found,
): Promise<void> {
  if ((await doorState(url)) !== undefined) await orchestrator.restartDoor?.(settings);
  const { parts } = await orchestrator.snapshot(settings);
  if (isDeepStrictEqual(parts, snapshot.parts)) return;
  // One after the other: of two changes at once, Swarm forgets how the first one ended.
  await settle(orchestrator, settings, () => orchestrator.switchTo(settings, version, previous));
  const now = await orchestrator.observe(settings);
  if (now?.replicas !== replicas || now.cpus !== cpus)
    await settle(orchestrator, settings, () => orchestrator.scale(settings, replicas, cpus));
}

/**
 * Takes back what was counted since then, in one step and never by a reset. Throws a Failure where Redis does not take it.
 */
export async function restoreCount(
  orchestrator: Orchestrator,
  settings: Settings,
  part: string,
  { deployed: { url }, count }: Found,
): Promise<void> {
  const wait = { what: "the counter does not say its count", deadline: settings.deadlines.verify };
  const present = await until({ ...wait, despiteInterrupt: true }, () => countOf(url));
  if (present <= count) return;
  const [answer] = await orchestrator.askRedis(settings, part, ["decrby", KEY, String(present - count)]);
  if (answer === undefined) throw new Failure("Redis did not take the increments back");
}
