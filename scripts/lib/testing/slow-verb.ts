#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/../node.sh" "$0" "$@"'
// A verb that goes on until it is interrupted, and prints while it puts things back. Then it writes the file that
// --only names.

import { writeFileSync } from "node:fs";
import { despiteInterrupt } from "../run/interrupt.ts";
import { verb } from "../run/verb.ts";
import { pause } from "../run/wait.ts";

process.exitCode = await verb(
  {
    name: "slow",
    summary: "Waits to be interrupted.",
    options: ["only"],
    example: "slow-verb.ts --only=file",
  },
  async ({ options }) => {
    try {
      for (;;) {
        process.stderr.write("waiting\n");
        await pause(50);
      }
    } finally {
      await despiteInterrupt(async () => {
        for (let turn = 0; turn < 10; turn++) {
          process.stdout.write("putting back\n");
          process.stderr.write("putting back\n");
          await pause(50);
        }
        writeFileSync(options.only!, "put back");
      });
    }
  },
);
