#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Measures what replicas buy, and what an orchestrator costs: scales the running counter, sends the same loads to each
// size in turn, round by round, and puts everything back. The report stays in reports/.
//
//   make compare REPLICAS="1 4"
//   scripts/compare.ts --rounds=1 --quick

import { requireNoneWorse } from "./lib/measure/compare/baseline.ts";
import { runCompare } from "./lib/measure/compare/compare.ts";
import { comparisonText } from "./lib/measure/compare/report/write.ts";
import { COMPARE_OPTIONS } from "./lib/measure/compare/wanted.ts";
import { choose } from "./lib/deployment/choose.ts";
import { serving } from "./lib/deployment/deployed.ts";
import { verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "compare",
    summary: "Measures what each size of the running counter holds, and what the difference is.",
    options: COMPARE_OPTIONS,
    example: 'make compare REPLICAS="1 4"',
    exclusive: true,
    serving: async ({ settings, options: { orchestrators: [orchestrator] = [] } }) =>
      serving(await choose(orchestrator ? { orchestrator } : {}), settings),
  },
  async (context) => {
    const { comparison, done } = await runCompare(context);
    const { json } = context.options;
    process.stdout.write(json ? `${JSON.stringify(comparison)}\n` : comparisonText(comparison));
    if (comparison.baseline) requireNoneWorse(comparison.baseline);
    done(comparison.headline);
  },
);
