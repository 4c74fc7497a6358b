#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Counts through the front door and reads what came of it, each request over a connection of its own: whether all
// replicas have one count, and that is the number of increments that were acknowledged. With MODES, for one way to run
// Redis after the other; the one there is comes back.
//
//   make consistency
//   make consistency MODES="single independent sentinel cluster"
//   scripts/consistency.ts --increments=1000 --rate=200

import { basename } from "node:path";
import { modesReport, tableSection } from "./lib/measure/consistency/modes/report.ts";
import { runModes } from "./lib/measure/consistency/modes/run.ts";
import { reportOf } from "./lib/measure/consistency/report.ts";
import { CONSISTENCY_OPTIONS, runConsistency } from "./lib/measure/consistency/run.ts";
import { type Judged, requirePassed } from "./lib/measure/passed.ts";
import { documentText, type Report } from "./lib/measure/report/document.ts";
import { type Context, verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "consistency",
    summary: "Counts and reads through the front door: is it one count?",
    options: CONSISTENCY_OPTIONS,
    example: 'make consistency MODES="single independent"',
  },
  async (context) => {
    const { result, report, folder, failure, done } = await run(context);
    process.stdout.write(context.options.json ? `${JSON.stringify(result)}\n` : `${documentText(report)}\n`);
    process.stderr.write(`Report: reports/${basename(folder)}/report.html\n`);
    if (failure !== undefined) throw failure;
    requirePassed("the check", result);
    done();
  },
);

interface Run {
  result: Judged;
  /** As much of it as a terminal shows. */
  report: Report;
  folder: string;
  failure?: unknown;
  done: () => void;
}

async function run(context: Context): Promise<Run> {
  const { modes } = context.options;
  if (!modes) {
    const ran = await runConsistency(context);
    return { ...ran, report: reportOf(ran.result) };
  }
  const ran = await runModes(context, modes);
  return { ...ran, report: { ...modesReport(ran.result), sections: [tableSection(ran.result)] } };
}
