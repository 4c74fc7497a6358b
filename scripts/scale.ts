#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Changes the number of replicas and waits until they answer. The number stays over deployments.
//
//   make scale REPLICAS=2
//   scripts/scale.ts --replicas=2

import { EXIT, Failure } from "./lib/run/failure.ts";
import { choose } from "./lib/deployment/choose.ts";
import { progress } from "./lib/run/progress.ts";
import { serving } from "./lib/deployment/deployed.ts";
import { changeReplicas } from "./lib/deployment/scale.ts";
import { verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "scale",
    summary: "Changes the number of replicas; it stays over deployments.",
    options: ["replicas", "orchestrator"],
    example: "make scale REPLICAS=2",
    exclusive: true,
    serving: async ({ settings, options }) => serving(await choose(options), settings),
  },
  async ({ settings, options }) => {
    const { replicas } = options;
    if (!replicas)
      throw new Failure("REPLICAS is missing", { code: EXIT.usage, hint: "make scale REPLICAS=2" });
    await changeReplicas(settings, options, replicas, progress);
  },
);
