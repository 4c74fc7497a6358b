import type { OptionValues } from "../run/options.ts";
import type { Outcome, Progress } from "../run/progress.ts";
import type { Settings } from "../run/settings.ts";
import { until } from "../run/wait.ts";
import { choose } from "./choose.ts";
import { requireDeployed } from "./deployed.ts";
import type { Deployed, Orchestrator } from "./orchestrator.ts";
import { release } from "./release.ts";

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

/**
 * Changes the number of replicas of what is deployed here, and verifies that they serve, in the three steps that
 * `progressOf` shows below their title. Throws a Failure where that does not succeed, after it was taken back.
 */
export async function changeReplicas(
  settings: Settings,
  options: OptionValues,
  replicas: number,
  progressOf: (title: string, steps: number) => Progress,
): Promise<Deployed> {
  const orchestrator = await choose(options);
  const { version, replicas: from } = await requireDeployed(orchestrator, settings);
  const steps = progressOf(`Scale ${settings.name} from ${from} to ${replicas}`, 3);
  const act = () => scaleTo(orchestrator, settings, from, replicas);
  const deployed = await release(orchestrator, settings, steps, { name: "Scale", version, replicas, act });
  steps.done(deployed.url);
  return deployed;
}
