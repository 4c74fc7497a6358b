#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Runs everything that proves the kit: types, lint, unit and integration tests, the page in a browser, and a
// deployment for real on an engine of its own. Installs what that needs; what cannot be had is counted as skipped.
//
//   make test
//   scripts/test.ts --only=service

import { availableParallelism } from "node:os";
import { $ } from "zx/core";
import { distribution } from "./lib/host/facts.ts";
import { aptInstall } from "./lib/host/apt.ts";
import { type Outcome, progress } from "./lib/run/progress.ts";
import { runTools, suite } from "./lib/run/suite.ts";
import { requirePassed, runTap, slowest, sum, totalsLine } from "./lib/run/tap.ts";
import { verb } from "./lib/run/verb.ts";

/** What the tests run, and the packages that it comes in. */
const TOOLS: Record<string, string[]> = {
  "redis-check-rdb": ["redis-tools"],
  openssl: ["openssl"],
  chromium: ["chromium"],
  dockerd: ["docker.io", "docker-cli", "apparmor"],
  mmdebstrap: ["mmdebstrap"],
  ss: ["iproute2"],
  iptables: ["iptables"],
};
/** Seconds that one file may take. */
const TIMEOUT = 1800;
const SHOWN = 10;

process.exitCode = await verb(
  { name: "test", summary: "Runs every test.", options: ["only"], example: "make test ONLY=service" },
  async ({ options }) => {
    const { files, name } = await suite(options.only);
    const { step, done } = progress("Test", 6);
    const run = (title: string, tests: Omit<Parameters<typeof runTap>[0], "timeout">) =>
      step(title, async () => {
        const totals = await runTap({ ...tests, timeout: TIMEOUT });
        return { ...totals, note: totalsLine(totals) };
      });
    await step("Tools", ensureTools);
    await step("Types", () => runTools(["tsc"]));
    await step("Lint and format", () => runTools(["oxlint"], ["oxfmt", "--check"]));
    const totals = sum([
      await run("Unit tests", { files: files.unit, jobs: availableParallelism(), name }),
      await run("Integration tests, one by one", { files: files.integration, name }),
      // Each of their tests goes on from the one before, so that a name chooses the list.
      await run("Deployments for real", { files: files.machine }),
    ]);
    process.stderr.write(`The slowest files:\n${slowest(totals, SHOWN)}`);
    process.stdout.write(`${totalsLine(totals)}\n`);
    requirePassed(totals, "see the lines that begin with FAILED");
    done();
  },
);

async function ensureTools(): Promise<Outcome> {
  const missing = await lacking();
  if (missing.length === 0 || !distribution().apt) return {};
  await aptInstall(missing.flatMap((tool) => TOOLS[tool]!));
  const left = await lacking();
  return { note: left.length > 0 ? `not to be had: ${left.join(", ")}` : missing.join(", ") };
}

async function lacking(): Promise<string[]> {
  const found = await Promise.all(Object.keys(TOOLS).map((tool) => $({ nothrow: true })`command -v ${tool}`));
  return Object.keys(TOOLS).filter((_, index) => !found[index]!.ok);
}
