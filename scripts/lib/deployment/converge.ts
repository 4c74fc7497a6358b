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
  /** Until when what was seen incomplete must stay complete. */
  let steadyAt = -Infinity;
  const stayCrowded = crowdedForLong();
  const wait = { what: "rollout not complete", deadline: settings.deadlines.converge, seen: () => seen };
  return until({ ...wait, hint: "make logs" }, async () => {
    const states = await orchestrator.states(settings, change);
    const failure = states.find((state) => state.failure)?.failure;
    if (failure) throw new Failure(failure);
    report((seen = unfinished(states)));
    const now = performance.now();
    const crowded = stayCrowded(states.filter((state) => state.settled && isCrowded(state)));
    if (crowded) return crowded;
    for (const state of states.filter((one) => !isComplete(one)))
      steadyAt = Math.max(steadyAt, now + state.steadyMs);
    return seen === "" && now >= steadyAt ? [] : undefined;
  });
}

/**
 * Waits until what a change was undone to is complete, also after Ctrl-C. Throws a Failure at the deadline. Returns the
 * parts with too many processes here as well, and whether the orchestrator says that it is done or not: it may never.
 */
export async function convergeBack(
  orchestrator: Orchestrator,
  settings: Settings,
  change: Change,
): Promise<string[]> {
  const deadline = settings.deadlines.converge;
  const stayCrowded = crowdedForLong();
  return until({ what: "the rollback is not complete", deadline, despiteInterrupt: true }, async () => {
    const states = await orchestrator.states(settings, change, true);
    const crowded = orchestrator.mergeSlots ? states.filter(isCrowded) : [];
    return unfinished(states) === "" ? [] : stayCrowded(crowded);
  });
}

/** Names the parts that are crowded now, once some have been so for longer than the tasks of a slot overlap. */
function crowdedForLong(): (crowded: PartState[]) => string[] | undefined {
  let uncrowded = performance.now();
  return (crowded) => {
    const now = performance.now();
    if (crowded.length === 0) uncrowded = now;
    return now - uncrowded > CROWDED_MS ? crowded.map(({ name }) => name) : undefined;
  };
}

const isComplete = ({ wanted, ready, leaving, settled }: PartState) =>
  ready === wanted && leaving === 0 && settled;

const isCrowded = ({ wanted, ready }: PartState) => ready > wanted;

/** What is not as it shall be, in words; empty when all is complete. */
export function unfinished(states: PartState[]): string {
  const texts = states
    .filter((state) => !isComplete(state))
    .map(({ name, wanted, ready, leaving }) => {
      return `${name} ${ready}/${wanted} ready${leaving ? `, ${leaving} leaving` : ""}`;
    });
  return texts.join("; ");
}
