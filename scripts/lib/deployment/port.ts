import { listener } from "../host/port.ts";
import type { Orchestrator } from "./orchestrator.ts";
import type { Settings } from "../run/settings.ts";

/** Why the front door of a deployment on `mine` cannot have its port; undefined if it can. `all` may publish ports. */
export async function portProblem(
  { port, name }: Settings,
  mine: Orchestrator,
  all: Orchestrator[],
): Promise<string | undefined> {
  for (const orchestrator of all) {
    const publisher = await orchestrator.publisherOf(port);
    if (!publisher) continue;
    if (orchestrator === mine && publisher.deployment === name) return undefined;
    return held(port, publisher.text);
  }
  const process = await listener(port);
  // The engine's own, for a task of this stack that is on its way up or down.
  return process && !process.startsWith("docker") ? held(port, process) : undefined;
}

const held = (port: number, holder: string) =>
  `port ${port} is held by ${holder}: stop it, or choose another with PORT=`;
