import type { Outcome } from "../run/progress.ts";
import type { Settings } from "../run/settings.ts";
import { until } from "../run/wait.ts";
import type { Orchestrator } from "./orchestrator.ts";

/** How many replicas start at once, as in a rollout: more take the cores from those that serve. */
const AT_ONCE = 2;

/** The numbers of replicas between one and another, at which those that start are waited for; none on the way down. */
export function landings(from: number, to: number): number[] {
  const steps = Math.max(0, Math.ceil((to - from) / AT_ONCE) - 1);
  return Array.from({ length: steps }, (_, step) => from + (step + 1) * AT_ONCE);
}

/** Asks for so many replicas, for a few after the other. Throws a Failure where those in between do not get ready. */
export async function scaleTo(
  orchestrator: Orchestrator,
  settings: Settings,
  from: number,
  to: number,
): Promise<Outcome> {
  for (const replicas of landings(from, to)) {
    await orchestrator.scale(settings, replicas);
    let running = 0;
    const seen = () => `app ${running}/${replicas} ready`;
    const wait = { what: "scaling not complete", deadline: settings.deadlines.converge, seen };
    await until({ ...wait, hint: "make logs" }, async () => {
      ({ running = 0 } = (await orchestrator.observe(settings)) ?? {});
      return running >= replicas;
    });
  }
  return orchestrator.scale(settings, to);
}
