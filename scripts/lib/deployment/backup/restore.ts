import { EXIT, Failure } from "../../run/failure.ts";
import type { Outcome, Progress } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import { toFailure } from "../../run/shell.ts";
import type { RedisMode } from "../../run/values.ts";
import { until } from "../../run/wait.ts";
import { verify } from "../front-door.ts";
import type { Deployed, Orchestrator } from "../orchestrator.ts";
import { MODES } from "../redis-modes.ts";
import type { AskOne } from "../redis/find.ts";
import type { Backup } from "./file.ts";
import { countIn, isCutOff, letGo, putBack, stage, swap } from "./key.ts";

const n = (value: number) => value.toLocaleString("en");

/** Throws a Failure (refused) where each Redis counts for itself: a backup is of one count. */
export function requireOneCount(mode: RedisMode, orchestrator: Orchestrator["name"]): void {
  const { instances } = MODES[mode];
  if (instances === 1) return;
  const deploy = `make deploy-${orchestrator} YES=1`;
  throw new Failure(`Redis ${mode} has ${instances} counts, and a backup is of one`, {
    code: EXIT.refused,
    hint: `${deploy} REDIS=single FROM=1, restore there, and ${deploy} REDIS=${mode} gives it to each`,
  });
}

/** Puts back what a restore that was cut off has kept; nothing is done where none was. */
export async function finishCutOff(ask: AskOne): Promise<Outcome> {
  if (!(await isCutOff(ask))) return {};
  return {
    changed: true,
    note: `one was cut off: the count before it is back, ${n(await putBack(ask))}`,
  };
}

/**
 * Restores a count, in three steps: loads it beside the one that is there, which it then replaces, and asks the front
 * door. Throws a Failure: refused where nothing was changed, and "rolled back" where what was there is back.
 */
export async function restore(
  ask: AskOne,
  settings: Settings,
  deployed: Deployed,
  { manifest, dump }: Backup,
  { step }: Progress,
): Promise<void> {
  await step("Load it beside", async () => {
    const count = await stage(ask, dump);
    if (count === manifest.count) return { note: n(count) };
    throw new Failure(`it holds ${n(count)}, and its manifest says ${n(manifest.count)}`, {
      code: EXIT.refused,
    });
  });
  try {
    await step("Put it in place", async () => ({ changed: true, note: n(await swap(ask)) }));
    await step("Verify through the front door", () => askDoor(ask, settings, deployed, manifest.count));
  } catch (error) {
    const failure = toFailure(error);
    const wait = {
      what: "Redis does not answer",
      deadline: settings.deadlines.converge,
      despiteInterrupt: true,
    };
    const count = await until(wait, () => putBack(ask).catch(() => undefined));
    const details = { code: EXIT.rolledBack, serving: `a count of ${n(count)} (rolled back)` };
    throw new Failure(failure.message, { ...failure.details, ...details }, failure.step);
  }
  await letGo(ask);
}

/** What the front door says is what Redis holds; others may count meanwhile. */
async function askDoor(
  ask: AskOne,
  { deadlines }: Settings,
  deployed: Deployed,
  count: number,
): Promise<Outcome> {
  const { url, version, replicas } = deployed;
  await verify(url, { version, replicas }, deadlines.verify);
  let seen = "";
  const wait = {
    what: "the front door does not say the restored count",
    deadline: deadlines.verify,
    seen: () => seen,
  };
  const value = await until(wait, async () => {
    const first = await countIn(ask);
    const door = await doorCount(url);
    const second = await countIn(ask);
    seen = `it says ${door}, Redis ${second}`;
    return door >= Math.min(first, second) && door <= Math.max(first, second) && { door };
  });
  return { note: value.door === count ? n(count) : `${n(value.door)}: others have counted since` };
}

async function doorCount(url: string): Promise<number> {
  const options = { headers: { connection: "close" }, signal: AbortSignal.timeout(5000) };
  const answer = await fetch(`${url}/api/counter`, options).catch(() => undefined);
  if (!answer?.ok) return Number.NaN;
  return ((await answer.json()) as { value: number }).value;
}
