#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Runs everything that proves the kit: types, lint, unit and integration tests, the page in a browser, and a
// deployment for real on an engine of its own. Installs what that needs; what cannot be had is counted as skipped.
//
//   make test
//   scripts/test.ts --only=service

import { glob } from "node:fs/promises";
import { $ } from "zx/core";
import { Failure } from "./lib/run/failure.ts";
import { distribution } from "./lib/host/facts.ts";
import { aptInstall } from "./lib/host/apt.ts";
import { type Outcome, progress } from "./lib/run/progress.ts";
import { ROOT } from "./lib/run/paths.ts";
import { requirePassed, runTap, type Totals, totalsLine } from "./lib/run/tap.ts";
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
const PARTS = ["service", "scripts", "checks"];
/** By themselves, so that what they measure is not disturbed, and each of their tests is shown as it ends. */
const END_TO_END = ["end-to-end", "redis-modes", "recovery"].map((name) => `scripts/${name}.test.ts`);
const TIMEOUT = 1800;

process.exitCode = await verb(
  { name: "test", summary: "Runs every test.", options: ["only"], example: "make test ONLY=service" },
  async ({ options }) => {
    const files = await testFiles(options.only);
    const { step, done } = progress("Test", 5);
    await step("Tools", ensureTools);
    await step("Types", () => check(["tsc"]));
    await step("Lint and format", () => check(["oxlint"], ["oxfmt", "--check"]));
    const units = await step("Unit and integration tests", () =>
      runTests(files.filter((file) => !END_TO_END.includes(file))),
    );
    const whole = await step("A deployment for real", () =>
      runTests(files.filter((file) => END_TO_END.includes(file))),
    );
    const totals = {
      pass: units.pass + whole.pass,
      fail: units.fail + whole.fail,
      skip: units.skip + whole.skip,
    };
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

/** Runs tools of the project. Throws a Failure with everything the first failing one prints. */
async function check(...commands: string[][]): Promise<Outcome> {
  for (const [tool, ...args] of commands) {
    const run = await $({ cwd: ROOT, nothrow: true })`node_modules/.bin/${tool} ${args}`;
    if (!run.ok) throw new Failure(`${tool} found faults`, { lines: run.stdall.trim().split("\n") });
  }
  return {};
}

async function testFiles(only?: string): Promise<string[]> {
  const parts = only ? [only] : PARTS;
  const found = await Promise.all(
    parts.map((part) => Array.fromAsync(glob(`${part}/**/*.test.ts`, { cwd: ROOT }))),
  );
  return found.flat().toSorted();
}

async function runTests(files: string[]): Promise<Totals & Outcome> {
  if (files.length === 0) return { pass: 0, fail: 0, skip: 0 };
  const totals = await runTap({ files, timeout: TIMEOUT });
  return { ...totals, note: totalsLine(totals) };
}
