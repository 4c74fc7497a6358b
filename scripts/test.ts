#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Runs everything that proves the kit: types, lint, unit and integration tests, the page in a browser, and a
// deployment for real on an engine of its own. Installs what that needs; what cannot be had is counted as skipped.
//
//   make test
//   scripts/test.ts --only=service

import { glob } from "node:fs/promises";
import { $ } from "zx/core";
import { EXIT, Failure } from "./lib/failure.ts";
import { aptInstall, distribution } from "./lib/host.ts";
import { type Outcome, progress } from "./lib/progress.ts";
import { ROOT } from "./lib/settings.ts";
import { judge, runTap, type Totals, totalsLine } from "./lib/tap.ts";
import { verb } from "./lib/verb.ts";

/** What the tests run, and the packages that it comes in. */
const TOOLS: Record<string, string[]> = {
  "redis-check-rdb": ["redis-tools"],
  chromium: ["chromium"],
  dockerd: ["docker.io", "docker-cli", "apparmor"],
  mmdebstrap: ["mmdebstrap"],
  ss: ["iproute2"],
  iptables: ["iptables"],
};
const PARTS = ["service", "scripts", "checks"];
const TIMEOUT = 1800;

process.exitCode = await verb(
  { name: "test", summary: "Runs every test.", options: ["only"], example: "make test ONLY=service" },
  async ({ options }) => {
    const { step, done } = progress("Test", 4);
    await step("Tools", ensureTools);
    await step("Types", () => check(["tsc"]));
    await step("Lint and format", () => check(["oxlint"], ["oxfmt", "--check"]));
    const totals = await step("Tests", () => runTests(options.only));
    process.stdout.write(`${totalsLine(totals)}\n`);
    judge(totals, "see the lines that begin with FAILED");
    done();
  },
);

async function ensureTools(): Promise<Outcome> {
  const missing = await lacking();
  if (missing.length === 0 || !distribution().apt) return { changed: false };
  await aptInstall(missing.flatMap((tool) => TOOLS[tool]!));
  const left = await lacking();
  return { changed: true, note: left.length > 0 ? `not to be had: ${left.join(", ")}` : missing.join(", ") };
}

async function lacking(): Promise<string[]> {
  const found = await Promise.all(Object.keys(TOOLS).map((tool) => $({ nothrow: true })`command -v ${tool}`));
  return Object.keys(TOOLS).filter((_, index) => !found[index]!.ok);
}

/** Runs tools of the project. Throws a Failure with everything the first failing one prints. */
async function check(...commands: string[][]): Promise<Outcome> {
  for (const [tool, ...args] of commands) {
    const run = await $({ cwd: ROOT, nothrow: true })`node_modules/.bin/${tool} ${args}`;
    if (!run.ok) throw new Failure(`${tool} found faults`, { lines: run.stdall.trim().split("\n") });
  }
  return {};
}

async function runTests(only?: string): Promise<Totals & Outcome> {
  if (only && !PARTS.includes(only)) {
    throw new Failure(`ONLY is "${only}"; it is one of ${PARTS.join(", ")}`, { code: EXIT.usage });
  }
  const found = await Array.fromAsync(glob(`{${only ?? PARTS.join(",")},}/**/*.test.ts`, { cwd: ROOT }));
  return runTap({ files: found.toSorted(), timeout: TIMEOUT });
}
