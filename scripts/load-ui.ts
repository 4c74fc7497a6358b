#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Sends a load like `make load`, with a page on this machine's loopback that shows it while it runs, until Ctrl-C.
//
//   make load-ui PROFILE=stress
//   scripts/load-ui.ts --profile=stress

import { once } from "node:events";
import { openLivePage } from "./lib/measure/load/live/page.ts";
import { LOAD_OPTIONS, printResult, requireResult, runLoad } from "./lib/measure/load/run.ts";
import { PROFILE_NOTES } from "./lib/measure/load/wanted.ts";
import { interruption } from "./lib/run/interrupt.ts";
import { verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "load-ui",
    summary: "Sends a load, with a live page on 127.0.0.1, until Ctrl-C.",
    options: LOAD_OPTIONS,
    example: "make load-ui PROFILE=stress",
    notes: PROFILE_NOTES,
  },
  async (context) => {
    const live = await openLivePage(`Load: ${context.options.profile ?? "average"}`);
    try {
      process.stderr.write(`Live page: ${live.url}\n`);
      const { result, folder, done } = await runLoad("load-ui", context, live);
      live.end(result.headline, `${folder}/report.html`);
      printResult(result, false);
      if (!interruption.aborted) {
        done(`the page stays until Ctrl-C: ${live.url}`);
        await once(interruption, "abort");
      }
      requireResult(result);
    } finally {
      live.close();
    }
  },
);
