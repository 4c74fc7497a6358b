#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// What one runs before each commit: types, lint, format, and the tests that need Node alone.
//
//   make check

import { availableParallelism } from "node:os";
import { progress } from "./lib/run/progress.ts";
import { runTools, suite } from "./lib/run/suite.ts";
import { requirePassed, runTap, totalsLine } from "./lib/run/tap.ts";
import { verb } from "./lib/run/verb.ts";

const TIMEOUT = 120;

process.exitCode = await verb(
  {
    name: "check",
    summary:
      "Checks types, lint and format, and runs the tests that need neither Redis, Docker nor a browser.",
    options: ["only"],
    example: "make check",
  },
  async ({ options }) => {
    const { files, name } = await suite(options.only);
    const { step, done } = progress("Check", 3);
    await step("Types", () => runTools(["tsc"]));
    await step("Lint and format", () => runTools(["oxlint"], ["oxfmt", "--check"]));
    const totals = await step("Unit tests", async () => {
      const run = await runTap({
        files: files.unit,
        jobs: availableParallelism() + 1,
        timeout: TIMEOUT,
        name,
      });
      return { ...run, note: totalsLine(run) };
    });
    process.stdout.write(`${totalsLine(totals)}\n`);
    requirePassed(totals, "see the lines that begin with FAILED");
    done();
  },
);
