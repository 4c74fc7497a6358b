import { EXIT, Failure } from "../run/failure.ts";
import type { Settings } from "../run/settings.ts";
import { servingVersion } from "./front-door.ts";
import type { Deployed, Orchestrator } from "./orchestrator.ts";

/** What runs now. Throws a Failure (refused) if the counter is not deployed. */
export async function requireDeployed(orchestrator: Orchestrator, settings: Settings): Promise<Deployed> {
  const deployed = await orchestrator.observe(settings);
  if (deployed) return deployed;
  throw new Failure(`${settings.name} is not deployed on ${orchestrator.platform}`, {
    code: EXIT.refused,
    hint: `make deploy-${orchestrator.name}`,
  });
}

/** The version that serves now; undefined where nothing is deployed. Throws if the front door does not answer. */
export async function serving(orchestrator: Orchestrator, settings: Settings): Promise<string | undefined> {
  const deployed = await orchestrator.observe(settings);
  return deployed && servingVersion(deployed.url);
}
