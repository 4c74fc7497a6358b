#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Prints the last lines of the replicas' logs, or of Redis', the Sentinels' or the proxy's.
//
//   make logs SERVICE=redis TAIL=20
//   scripts/logs.ts --follow

import { requireDeployed } from "./lib/deployment/deployed.ts";
import { partsOf } from "./lib/deployment/redis-modes.ts";
import { EXIT, Failure } from "./lib/run/failure.ts";
import { interruption } from "./lib/run/interrupt.ts";
import { choose } from "./lib/deployment/choose.ts";
import { readerLeft } from "./lib/run/shell.ts";
import { verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "logs",
    summary: "Prints the last lines of the logs, 100 of each task if TAIL does not say otherwise.",
    options: ["service", "tail", "follow", "orchestrator"],
    example: "make logs SERVICE=redis FOLLOW=1",
  },
  async ({ settings, options }) => {
    const { service = "app", tail = 100, follow = false } = options;
    const orchestrator = await choose(options);
    const { redis } = await requireDeployed(orchestrator, settings);
    const parts = partsOf(service, redis);
    if (parts.length === 0)
      throw new Failure(`Redis is ${redis}: there is no ${service}`, { code: EXIT.usage });
    try {
      await orchestrator.logs(settings, { parts, tail, follow });
    } catch (error) {
      // Ctrl-C is how one stops following, and so is a reader that has enough.
      if (!follow || !(interruption.aborted || readerLeft(error))) throw error;
    }
  },
);
