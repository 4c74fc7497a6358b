#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Ends Redis, a replica or the proxy again and again, under a steady rate of increments, and measures what that costs:
// how long no write is acknowledged, how many requests fail, and whether an acknowledged increment is lost.
//
//   make failover YES=1
//   scripts/failover.ts --kill=app --rounds=3

import { basename } from "node:path";
import { FAILOVER_OPTIONS, runFailover } from "./lib/measure/failover/run.ts";
import { reportOf } from "./lib/measure/failover/report.ts";
import { documentText } from "./lib/measure/report/document.ts";
import { requirePassed } from "./lib/measure/passed.ts";
import { verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "failover",
    summary: "Ends a process of the deployment under load, and measures what that costs.",
    options: FAILOVER_OPTIONS,
    example: "make failover KILL=redis ROUNDS=5",
    exclusive: true,
  },
  async (context) => {
    const { result, folder, done } = await runFailover(context);
    process.stdout.write(
      context.options.json ? `${JSON.stringify(result)}\n` : `${documentText(reportOf(result))}\n`,
    );
    process.stderr.write(`Report: reports/${basename(folder)}/report.html\n`);
    requirePassed("the failover", result);
    done();
  },
);
