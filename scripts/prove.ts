#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Proves what the kit promises: rolls, scales, kills and disturbs the deployment under a steady load, and says what clients
// saw of it. Breaks something on purpose as well, to show that it would be seen. Puts everything back.
//
//   make prove YES=1
//   scripts/prove.ts --acts=roll,kill-redis --rate=2000

import { basename } from "node:path";
import { requirePassed } from "./lib/measure/passed.ts";
import { reportOf } from "./lib/measure/prove/report.ts";
import { PROVE_OPTIONS, runProve } from "./lib/measure/prove/run.ts";
import { ACT_NOTES } from "./lib/measure/prove/wanted.ts";
import { documentText } from "./lib/measure/report/document.ts";
import { verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "prove",
    summary: "Changes and breaks the deployment under load, and shows what clients saw of it.",
    options: PROVE_OPTIONS,
    example: "make prove ACTS=roll,kill-redis RATE=2000",
    notes: ACT_NOTES,
    exclusive: true,
  },
  async (context) => {
    const { result, folder, failure, done } = await runProve(context);
    process.stdout.write(
      context.options.json ? `${JSON.stringify(result)}\n` : `${documentText(reportOf(result))}\n`,
    );
    process.stderr.write(`Report: reports/${basename(folder)}/report.html\n`);
    if (failure !== undefined) throw failure;
    requirePassed("the proof", result);
    done();
  },
);
