import { EXIT, Failure } from "../../run/failure.ts";
import type { Outcome, Progress } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import { despiteInterrupt } from "../../run/interrupt.ts";
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
  const { count, since } = await putBack(ask);
  return {
    changed: true,
    note: `one was cut off: the count before it is back, ${n(count)}${sinceText(since)}`,
  };
}

const sinceText = (since: number) => (since === 0 ? "" : `, ${n(since)} of it counted since`);

/** Finds the Redis with the count, within so many seconds: after a failover it is another one. */
export type Find = (patience?: number) => Promise<AskOne>;

/**
 * Restores a count, in four steps: loads it beside the one that is there, takes a restore back that was cut off, puts the
 * loaded one in place, and asks the front door. Throws a Failure: refused where nothing was changed, and "rolled back"
 * where what was there is back.
 */
export async function restore(
  find: Find,
  settings: Settings,
  deployed: Deployed,
  { manifest, dump }: Backup,
  { step }: Progress,
): Promise<void> {
  const ask = await find();
  await step("Load it beside", async () => {
    const count = await stage(ask, dump);
    if (count === manifest.count) return { note: n(count) };
    throw new Failure(`it holds ${n(count)}, and its manifest says ${n(manifest.count)}`, {
      code: EXIT.refused,
    });
  });
  await step("Restores that were cut off", () => finishCutOff(ask));
  try {
    await step("Put it in place", async () => {
      const count = await swap(ask);
      if (count === manifest.count) return { changed: true, note: n(count) };
      throw new Failure(`Redis has ${n(count)} in its place, and the manifest says ${n(manifest.count)}`);
    });
    await step("Verify through the front door", () => askDoor(find, settings, deployed, manifest.count));
  } catch (error) {
    throw await goBack(find, settings, toFailure(error));
  }
  await letGo(await find());
}

/** Puts back what was there, with what was counted since, also after an interruption. Returns the failure to throw. */
async function goBack(
  find: Find,
  { deadlines }: Settings,
  { message, details, step }: Failure,
): Promise<Failure> {
  let seen = "";
  const wait = { what: "it is not put back", deadline: deadlines.converge, seen: () => seen };
  const attempt = () =>
    find(0)
      .then(putBack)
      .catch((error: Error) => void (seen = error.message));
  try {
    const { count, since } = await despiteInterrupt(() => until(wait, attempt));
    const serving = `a count of ${n(count)}${sinceText(since)} (rolled back)`;
    return new Failure(message, { ...details, code: EXIT.rolledBack, serving }, step);
  } catch (second) {
    const lines = [...(details.lines ?? []), `and going back failed: ${(second as Error).message}`];
    const hint = "make restore once Redis answers, within an hour: it puts back first what was there";
    return new Failure(message, { ...details, code: EXIT.failed, lines, hint }, step);
  }
}

/**
 * What the front door says is what Redis holds; others may count meanwhile. Throws a Failure where the Redis of then does
 * not have what was put in place: it was promoted, and has not seen it.
 */
async function askDoor(
  find: Find,
  { deadlines }: Settings,
  { url, version, replicas }: Deployed,
  count: number,
): Promise<Outcome> {
  await verify(url, { version, replicas }, deadlines.verify);
  const ask = await find();
  let seen = "";
  const wait = {
    what: "the front door does not say the restored count",
    deadline: deadlines.verify,
    seen: () => seen,
  };
  const { door } = await until(wait, async () => {
    const first = await countIn(ask);
    const value = await doorCount(url);
    const second = await countIn(ask);
    seen = `it says ${value}, Redis ${second}`;
    return value >= Math.min(first, second) && value <= Math.max(first, second) && { door: value };
  });
  if (!(await isCutOff(await find())))
    throw new Failure(`what was put in place is gone, as after a failover: the front door says ${n(door)}`);
  const more = door > count ? "more" : "less";
  return { note: door === count ? n(count) : `${n(door)}, ${n(Math.abs(door - count))} ${more} since` };
}

async function doorCount(url: string): Promise<number> {
  const options = { headers: { connection: "close" }, signal: AbortSignal.timeout(5000) };
  const answer = await fetch(`${url}/api/counter`, options).catch(() => undefined);
  if (!answer?.ok) return Number.NaN;
  return ((await answer.json()) as { value: number }).value;
}
