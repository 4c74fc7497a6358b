#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Sends a load to the running counter, as many users would, and measures what they saw. Fails if a request failed or
// the answers came too late. The report of each run stays in reports/.
//
//   make load PROFILE=max
//   scripts/load.ts --users=50 --rate=10 --duration=30

import { LOAD_OPTIONS, printResult, requireResult, runLoad } from "./lib/measure/load/run.ts";
import { PROFILE_NOTES } from "./lib/measure/load/wanted.ts";
import { verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "load",
    summary: "Sends a load to the running counter, and measures what its users see.",
    options: [...LOAD_OPTIONS, "json"],
    example: "make load PROFILE=max",
    notes: PROFILE_NOTES,
  },
  async (context) => {
    const { result, done } = await runLoad("load", context);
    printResult(result, context.options.json ?? false);
    requireResult(result);
    done(result.headline);
  },
);
