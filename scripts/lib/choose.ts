import type { Orchestrator } from "./orchestrator.ts";
import * as swarm from "./swarm.ts";

/** The operations of the orchestrator of this host. */
export const choose = async (): Promise<Orchestrator> => swarm;
