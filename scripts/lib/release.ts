import { EXIT, Failure } from "./failure.ts";
import { servingVersion, urlOf, verify } from "./front-door.ts";
import { orchestrator } from "./choose.ts";
import type { Change, Deployed } from "./orchestrator.ts";
import type { Progress } from "./progress.ts";
import type { Settings } from "./settings.ts";
import { toFailure } from "./shell.ts";

/** A change of what runs, and what shall answer after it. */
interface Plan {
  /** The step's name. */
  name: string;
  version: string;
  replicas: number;
  change: () => Promise<Change>;
}

/**
 * Makes a change, waits until it is complete, and verifies it through the front door, in three steps. When that
 * fails, takes the change back and throws a Failure: "rolled back" only after the version before has answered.
 */
export async function release(settings: Settings, { step }: Progress, plan: Plan): Promise<void> {
  const before = await orchestrator.observe(settings);
  const change = await step(plan.name, plan.change);
  try {
    await step("Converge", async (tell) => {
      await orchestrator.converge(settings, change, tell);
      return { changed: change.changed, note: `${plan.replicas}/${plan.replicas} ready` };
    });
    await step("Verify through the front door", async () => {
      await verify(settings.port, plan, settings.deadlines.verify);
      return { note: `${plan.version} on ${urlOf(settings.port)}` };
    });
  } catch (error) {
    throw await takeBack(settings, change, before, toFailure(error));
  }
}

async function takeBack(
  settings: Settings,
  change: Change,
  before: Deployed | undefined,
  failure: Failure,
): Promise<Failure> {
  const why = await orchestrator.diagnose(settings, change).catch(() => []);
  const lines = [...(failure.details.lines ?? []), ...why];
  const details = { ...failure.details, lines };
  const failed = new Failure(failure.message, details);
  if (failure.step) failed.step = failure.step;
  if (!before || change.undoable.length === 0) return failed;
  try {
    await orchestrator.undo(settings, change);
    const serving = await servingVersion(before.port);
    if (serving !== before.version) throw new Error(`${serving} answers`);
    Object.assign(details, { code: EXIT.rolledBack, serving: `${serving} (rolled back)` });
  } catch (error) {
    lines.push(`and the rollback failed: ${toFailure(error).message}`);
  }
  return failed;
}
