import { existsSync } from "node:fs";
import { engineInfo } from "../host/docker.ts";
import { EXIT, Failure } from "../run/failure.ts";
import * as k3s from "./k3s/operations.ts";
import type { OptionValues } from "../run/options.ts";
import type { Orchestrator } from "./orchestrator.ts";
import { KUBECONFIG } from "../run/shell.ts";
import * as swarm from "./swarm/operations.ts";

export const ORCHESTRATORS: Record<Orchestrator["name"], Orchestrator> = { swarm, k3s };

/**
 * The one that was asked for, or else the only one that this host has; Swarm if it has none.
 * Throws a usage Failure if that is not plain.
 */
export async function choose({ orchestrator: asked }: OptionValues): Promise<Orchestrator> {
  if (asked) return ORCHESTRATORS[asked];
  if (!existsSync(KUBECONFIG)) return swarm;
  if (!(await engineInfo())?.Swarm.ControlAvailable) return k3s;
  throw new Failure("this host has both Docker Swarm and k3s", {
    code: EXIT.usage,
    hint: "ORCHESTRATOR=swarm or ORCHESTRATOR=k3s",
  });
}
