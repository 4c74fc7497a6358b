import { Failure } from "../run/failure.ts";
import type { Report } from "../run/progress.ts";
import type { Settings } from "../run/settings.ts";
import { until } from "../run/wait.ts";
import type { Change, Orchestrator, PartState } from "./orchestrator.ts";

/** Longer than the moments in which the tasks of a slot overlap. */
const CROWDED_MS = 10_000;

/**
 * Waits until a change is complete. Throws a Failure when it cannot become that any more, or at the deadline. Returns
 * the parts that have more processes than they shall, and nothing under way that would end those: none, as a rule.
 */
export async function converge(
  orchestrator: Orchestrator,
  settings: Settings,
  change: Change,
  report: Report,
): Promise<string[]> {
  let seen = "";
  let unsteady = -Infinity;
  let uncrowded = performance.now();
  const wait = { what: "rollout not complete", deadline: settings.deadlines.converge, seen: () => seen };
  return until({ ...wait, hint: "make logs" }, async () => {
    const states = await orchestrator.states(settings, change);
    const failure = states.find((state) => state.failure)?.failure;
    if (failure) throw new Failure(failure);
    report((seen = unfinished(states)));
    const now = performance.now();
    const crowded = states.filter(isCrowded).map(({ name }) => name);
    if (crowded.length === 0) uncrowded = now;
    if (now - uncrowded > CROWDED_MS) return crowded;
    if (seen !== "") unsteady = now;
    return now - unsteady > orchestrator.steadyMs ? [] : undefined;
  });
}

/** Waits until what a change was undone to is complete, also after Ctrl-C. Throws a Failure at the deadline. */
export async function convergeBack(
  orchestrator: Orchestrator,
  settings: Settings,
  change: Change,
): Promise<void> {
  const deadline = settings.deadlines.converge;
  await until({ what: "the rollback is not complete", deadline, despiteInterrupt: true }, async () => {
    return unfinished(await orchestrator.states(settings, change, true)) === "";
  });
}

const isComplete = ({ wanted, ready, leaving, settled }: PartState) =>
  ready === wanted && leaving === 0 && settled;

const isCrowded = ({ wanted, ready, settled }: PartState) => settled && ready > wanted;

/** What is not as it shall be, in words; empty when all is complete. */
export function unfinished(states: PartState[]): string {
  const texts = states
    .filter((state) => !isComplete(state))
    .map(({ name, wanted, ready, leaving }) => {
      return `${name} ${ready}/${wanted} ready${leaving ? `, ${leaving} leaving` : ""}`;
    });
  return texts.join("; ");
}
