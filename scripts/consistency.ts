#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Counts through the front door and reads what came of it, each request over a connection of its own: whether all
// replicas have one count, and that is the number of increments that were acknowledged.
//
//   make consistency
//   scripts/consistency.ts --increments=1000 --rate=200

import { basename } from "node:path";
import { reportOf } from "./lib/measure/consistency/report.ts";
import { CONSISTENCY_OPTIONS, runConsistency } from "./lib/measure/consistency/run.ts";
import { requirePassed } from "./lib/measure/passed.ts";
import { documentText } from "./lib/measure/report/document.ts";
import { verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "consistency",
    summary: "Counts and reads through the front door: is it one count?",
    options: CONSISTENCY_OPTIONS,
    example: "make consistency INCREMENTS=1000",
  },
  async (context) => {
    const { result, folder, done } = await runConsistency(context);
    process.stdout.write(
      context.options.json ? `${JSON.stringify(result)}\n` : `${documentText(reportOf(result))}\n`,
    );
    process.stderr.write(`Report: reports/${basename(folder)}/report.html\n`);
    requirePassed("the check", result);
    done();
  },
);
