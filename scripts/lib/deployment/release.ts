import { difference } from "./change.ts";
import { converge, convergeBack } from "./converge.ts";
import { type Details, EXIT, Failure } from "../run/failure.ts";
import { doorState, servingVersion, verify } from "./front-door.ts";
import type { Change, Deployed, Orchestrator } from "./orchestrator.ts";
import type { Outcome, Progress, Report } from "../run/progress.ts";
import type { Settings } from "../run/settings.ts";
import { toFailure } from "../run/shell.ts";

/** A change to what runs, and what shall be true after it. */
export interface Plan {
  name: string;
  /** Asks the orchestrator for it. */
  act: () => Promise<Outcome>;
  /** The version that the front door shall serve. */
  version: string;
  replicas: number;
  /** Done before it is taken back, if that comes to it. */
  beforeUndo?: () => Promise<void>;
}

/**
 * Makes a change, waits until it is complete, and verifies it through the front door, in three steps. When that
 * fails, takes the change back and throws a Failure: "rolled back" only after the version before has answered.
 * Returns what runs then.
 */
export async function release(
  orchestrator: Orchestrator,
  settings: Settings,
  steps: Progress,
  plan: Plan,
): Promise<Deployed> {
  const { deployed, complete, crowded } = await changeAndVerify(orchestrator, settings, steps, plan);
  // One update more, and so when nothing is left to be taken back: an orchestrator may go back by one only.
  if (crowded.length > 0 && orchestrator.mergeSlots) {
    steps.extend(2);
    await steps.step("Merge crowded slots", () => orchestrator.mergeSlots!(settings, crowded));
    await steps.step("Converge", complete);
  }
  return deployed;
}

/** The three steps. Returns what runs then, how that is waited for, and the parts whose slots are crowded. */
async function changeAndVerify(orchestrator: Orchestrator, settings: Settings, steps: Progress, plan: Plan) {
  const { step } = steps;
  const [before, snapshot] = await Promise.all([
    orchestrator.observe(settings),
    orchestrator.snapshot(settings),
  ]);
  const compare = async () => difference(snapshot, await orchestrator.snapshot(settings));
  let change: Change | undefined;
  try {
    const made = await step(plan.name, async () => {
      const outcome = await plan.act();
      const found = outcome.changed === false ? difference(snapshot, snapshot) : await compare();
      return { ...found, ...outcome };
    });
    change = made;
    const complete = async (report: Report) => {
      const crowded = await converge(orchestrator, settings, made, report);
      return { crowded, changed: made.changed, note: `${plan.replicas}/${plan.replicas} ready` };
    };
    const { crowded } = await step("Converge", complete);
    if (!made.changed && before && orchestrator.restartDoor && (await doorState(before.url))) {
      steps.extend(2);
      await step("Restart the front door", () => orchestrator.restartDoor!(settings));
      await step("Converge", complete);
    }
    const { deployed } = await step("Verify through the front door", async () => {
      if (made.changed) await orchestrator.awaitFrontDoor?.(settings);
      const now = made.changed || !before ? (await orchestrator.observe(settings))! : before;
      await verify(now.url, plan, settings.deadlines.verify);
      return { deployed: now, note: `${plan.version} on ${now.url}` };
    });
    return { deployed, complete, crowded };
  } catch (error) {
    const failure = toFailure(error);
    const lines = [...(failure.details.lines ?? [])];
    const result = { ...failure.details, lines };
    try {
      const made = change ?? (await compare());
      lines.push(...(await orchestrator.diagnose(settings, snapshot.processes).catch(() => [])));
      Object.assign(result, await rollBack(orchestrator, settings, before, made, change !== undefined, plan));
    } catch (second) {
      lines.push(`and the rollback failed: ${toFailure(second).message}`);
    }
    throw new Failure(failure.message, result, failure.step);
  }
}

/** Undoes a change, and returns what its failure has to say about that. */
async function rollBack(
  orchestrator: Orchestrator,
  settings: Settings,
  before: Deployed | undefined,
  change: Change,
  complete: boolean,
  { beforeUndo }: Plan,
): Promise<Details> {
  if (before) {
    if (change.undoable.length + change.created.length === 0) return {};
    await beforeUndo?.();
    await orchestrator.undo(settings, change);
    const crowded = await convergeBack(orchestrator, settings, change);
    if (crowded.length > 0) {
      await orchestrator.mergeSlots?.(settings, crowded);
      await convergeBack(orchestrator, settings, change);
    }
    const version = await servingVersion(before.url);
    if (version !== before.version) throw new Error(`${version} answers`);
    return { code: EXIT.rolledBack, serving: `${version} (rolled back)` };
  }
  // A first deployment has nothing to go back to: as a whole it stays for `make logs`, half of one does not.
  if (complete || !change.changed) return {};
  await orchestrator.remove(settings, { purge: false, despiteInterrupt: true });
  return { serving: "nothing: what was made is removed again" };
}
