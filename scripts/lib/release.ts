import { EXIT, Failure } from "./failure.ts";
import { servingVersion, verify } from "./front-door.ts";
import { pruneApp } from "./app-image.ts";
import { refuse } from "./host.ts";
import type { Change, Deployed, Orchestrator, Target } from "./orchestrator.ts";
import type { Outcome, Progress } from "./progress.ts";
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
 * Returns the url of the front door.
 */
export async function release(
  orchestrator: Orchestrator,
  settings: Settings,
  { step }: Progress,
  plan: Plan,
): Promise<string> {
  const before = await orchestrator.observe(settings);
  const change = await step(plan.name, plan.change);
  try {
    await step("Converge", async (tell) => {
      await orchestrator.converge(settings, change, tell);
      return { changed: change.changed, note: `${plan.replicas}/${plan.replicas} ready` };
    });
    const { url } = await step("Verify through the front door", async () => {
      const deployed = (await orchestrator.observe(settings))!;
      await verify(deployed.url, plan, settings.deadlines.verify);
      return { url: deployed.url, note: `${plan.version} on ${deployed.url}` };
    });
    return url;
  } catch (error) {
    throw await takeBack(orchestrator, settings, change, before, toFailure(error));
  }
}

async function takeBack(
  orchestrator: Orchestrator,
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
    await orchestrator.undo(settings, change, before);
    const serving = await servingVersion(before.url);
    if (serving !== before.version) throw new Error(`${serving} answers`);
    Object.assign(details, { code: EXIT.rolledBack, serving: `${serving} (rolled back)` });
  } catch (error) {
    lines.push(`and the rollback failed: ${toFailure(error).message}`);
  }
  return failed;
}

/** Refuses a deployment that cannot work. */
export async function preflight(orchestrator: Orchestrator, settings: Settings): Promise<Outcome> {
  refuse(await orchestrator.problems(settings));
  return {};
}

/** What a deployment takes over from the one before it: the scale, unless the settings changed, and the history. */
export function carryOver(
  settings: Settings,
  version: string,
  wanted: number | undefined,
  before: Deployed | undefined,
) {
  const stays = before?.replicasSetting === settings.replicas;
  const same = before?.version === version;
  return {
    replicas: wanted ?? (stays ? before.replicas : settings.replicas),
    replicasSetting: settings.replicas,
    previous: (same ? before.previous : before?.version) ?? "",
    since: same ? before.since : new Date().toISOString(),
  };
}

/** Removes what neither the deployment nor a rollback needs any more. */
export async function tidy(
  orchestrator: Orchestrator,
  settings: Settings,
  { version, previous }: Target,
): Promise<Outcome> {
  await orchestrator.tidy(settings, [version, previous]);
  return pruneApp(settings, [version, previous]);
}
