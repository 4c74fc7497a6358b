#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Opens a page on this machine's loopback on which loads are set, started, watched and stopped, until Ctrl-C. Sends
// nothing by itself, unless START=1 starts the load of the command line.
//
//   make load-ui
//   scripts/load-ui.ts --profile=stress --start

import { once } from "node:events";
import { openLoadPage } from "./lib/measure/load/live/page.ts";
import { LOAD_OPTIONS } from "./lib/measure/load/run.ts";
import { PROFILE_NOTES } from "./lib/measure/load/wanted.ts";
import { interruption } from "./lib/run/interrupt.ts";
import { verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "load-ui",
    summary: "Opens a page on 127.0.0.1 that starts loads, shows them and stops them, until Ctrl-C.",
    options: [...LOAD_OPTIONS, "start"],
    example: "make load-ui",
    notes: PROFILE_NOTES,
    untilInterrupted: true,
  },
  async (context) => {
    await using page = await openLoadPage(context);
    process.stderr.write(`Load page, until Ctrl-C: ${page.url}${page.note}\n`);
    if (context.options.start) await page.start();
    if (!interruption.aborted) await once(interruption, "abort");
    const failure = await page.settled();
    if (failure) throw failure;
  },
);
