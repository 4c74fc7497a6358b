import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { dirname, join, matchesGlob, relative } from "node:path";
import { parse } from "yaml";
import { $ } from "zx/core";
import { EXIT, Failure } from "./failure.ts";
import { ROOT } from "./paths.ts";
import type { Outcome } from "./progress.ts";

const TESTING = "scripts/lib/testing";

/** What test files need, as suite.yaml explains; "unit" is what it does not list. */
export const KINDS = ["unit", "integration", "machine"] as const;
export type Kind = (typeof KINDS)[number];

const LISTED = parse(readFileSync(`${ROOT}${TESTING}/suite.yaml`, "utf8")) as Record<
  Exclude<Kind, "unit">,
  string[]
>;

/** Test files by kind, and the part of a test's name that narrows them down, if one was given. */
export interface Suite {
  files: Record<Kind, string[]>;
  name?: string;
}

/** What a test file needs. */
export const kindOf = (file: string): Kind =>
  KINDS.find((kind) => kind !== "unit" && LISTED[kind].some((pattern) => matchesGlob(file, pattern))) ??
  "unit";

/**
 * The test files, all or only some: those below a path, beside a module, or with a test whose name has a text in it.
 * Throws a usage Failure where there is none.
 */
export async function suite(only?: string): Promise<Suite> {
  const found = await Array.fromAsync(glob("{service,scripts,checks}/**/*.test.ts", { cwd: ROOT }));
  const all = found.toSorted();
  if (!only) return { files: byKind(all) };
  const path = relative(ROOT, join(ROOT, only)).replace(/(?:\.test)?\.ts$/, "");
  const below = all.filter((file) => file === `${path}.test.ts` || file.startsWith(`${path}/`));
  if (below.length > 0) return { files: byKind(below) };
  const named = all.filter((file) => textOf(file).toLowerCase().includes(only.toLowerCase()));
  if (named.length > 0) return { files: byKind(named), name: only };
  throw new Failure(`ONLY is "${only}": no test file has this path, and no test this name`, {
    code: EXIT.usage,
  });
}

const byKind = (files: string[]): Suite["files"] => {
  const of = Map.groupBy(files, kindOf);
  return Object.fromEntries(KINDS.map((kind) => [kind, of.get(kind) ?? []])) as Suite["files"];
};

/** A test file with the modules of testing/ that it imports: lists have some of their tests there. */
function textOf(file: string, seen = new Set<string>()): string {
  seen.add(file);
  const text = readFileSync(`${ROOT}${file}`, "utf8");
  const imported = Array.from(text.matchAll(/from "(\.[^"]+)"/g), ([, path]) => join(dirname(file), path!));
  const more = imported.filter(
    (one) => one.startsWith(TESTING) && one.endsWith("-tests.ts") && !seen.has(one),
  );
  const sides = imported.filter((one) => one === `${TESTING}/sides.ts` && !seen.has(one));
  return [text, ...[...more, ...sides].map((one) => textOf(one, seen))].join("\n");
}

/** Runs tools of the project, one after the other. Throws a Failure with all that the first failing one prints. */
export async function runTools(...commands: string[][]): Promise<Outcome> {
  for (const [tool, ...args] of commands) {
    const run = await $({ cwd: ROOT, nothrow: true })`node_modules/.bin/${tool} ${args}`;
    if (!run.ok) throw new Failure(`${tool} found faults`, { lines: run.stdall.trim().split("\n") });
  }
  return {};
}
