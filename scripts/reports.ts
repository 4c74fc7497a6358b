#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Lists the runs whose reports are here, the oldest first.
//
//   make reports
//   scripts/reports.ts --json

import { listReports } from "./lib/measure/report/folder.ts";
import { verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "reports",
    summary: "Lists the runs whose reports are here.",
    options: ["json"],
    example: "make reports",
  },
  async ({ options }) => {
    const list = listReports();
    const lines = list.map(({ name, passed, headline }) => {
      return `reports/${name}/report.html\n  ${passed ? "passed" : "failed"}: ${headline}\n`;
    });
    process.stdout.write(options.json ? `${JSON.stringify(list)}\n` : lines.join(""));
    if (list.length === 0) process.stderr.write("There are none so far: make load makes the first.\n");
  },
);
