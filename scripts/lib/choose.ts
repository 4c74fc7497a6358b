import type { Orchestrator } from "./orchestrator.ts";
import * as swarm from "./swarm.ts";

/** The orchestrator of this host. */
export const orchestrator: Orchestrator = swarm;
