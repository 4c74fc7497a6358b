// What the README promises is there: its verbs, variables, packages and exit codes, and none that it does not name.

import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import t from "tap";
import { $ } from "zx/core";
import { EXIT } from "./lib/run/failure.ts";
import { OPTIONS } from "./lib/run/options.ts";
import { ROOT } from "./lib/run/paths.ts";

const readme = readFileSync(`${ROOT}README.md`, "utf8");
const makefile = readFileSync(`${ROOT}Makefile`, "utf8");
const scripts = globSync("scripts/*.ts", { cwd: ROOT }).filter((file) => !file.endsWith(".test.ts"));
const verbs = scripts.map((file) => basename(file, ".ts")).toSorted();
const all = (text: string, pattern: RegExp): string[] => [
  ...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? "")),
];

t.test("every verb is a script, a make target and a row of the table", async (t) => {
  t.same(all(makefile, /^\t@scripts\/([a-z0-9-]+)\.ts$/gm).toSorted(), verbs);
  t.same(all(readme, /^\| `make ([a-z0-9-]+)[ `]/gm).toSorted(), [...verbs, "up"].toSorted());
  const targets = all(makefile, /^([a-z0-9-]+):.*## /gm);
  for (const verb of all(readme, /(?:`|^)make ([a-z0-9-]+)/gm)) t.ok(targets.includes(verb), `make ${verb}`);
  const { stdout } = await $({ cwd: ROOT })`make`;
  t.same(all(stdout, /^ {2}make ([a-z0-9-]+)/gm).toSorted(), targets.toSorted(), "make alone lists them");
});

/** The cells of the table of variables: names, flags, verbs, meaning. */
const rows = readme
  .split("\n")
  .filter((line) => line.startsWith("| `") && line.includes("`--"))
  .map((line) => line.split("|").map((cell) => cell.trim()));

const variablesIn = (cell: string) => all(cell, /`([A-Z0-9_]+)`/g);

/** Whether a cell of that table names a verb, as in "all but deploy-*, test" or "load, load-ui". */
function names(cell: string, verb: string): boolean {
  const named = cell.replace("deploy-*", "deploy-swarm, deploy-k3s").split(/[ ,]+/).includes(verb);
  return cell.startsWith("all") ? !named : named;
}

t.test("every script is executable, says how it is used, and refuses what it does not know", async (t) => {
  for (const script of scripts) {
    const run = $({ cwd: "/", nothrow: true, quiet: true });
    const [help, bogus] = await Promise.all([run`${ROOT}${script} --help`, run`${ROOT}${script} --bogus`]);
    t.match(help, { exitCode: 0, stdout: new RegExp(`^Usage: ${script}`, "m") }, script);
    const verb = basename(script, ".ts");
    const taken = all(help.stdout, /^ {2}--\S+ +([A-Z0-9_]+) /gm);
    const told = rows.filter(([, , , cell]) => names(cell!, verb)).flatMap(([, cell]) => variablesIn(cell!));
    t.same(told.toSorted(), taken.toSorted(), `${verb}: the rows of its variables name it`);
    t.match(bogus, { exitCode: 2, stderr: /--bogus/ }, script);
  }
});

t.test("the README's variables, exit codes and packages are those there are", async (t) => {
  const variables = Object.values(OPTIONS).map(({ env }) => env);
  const named = rows.flatMap(([, cell]) => variablesIn(cell!));
  t.same(named.toSorted(), variables.toSorted());
  t.same(all(readme, /^\| (\d) \|/gm).map(Number), Object.values(EXIT));
  const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8"));
  const packages = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((of) =>
    Object.keys(manifest[of]),
  );
  const table = readme.slice(readme.indexOf("## Packages"));
  const listed = table.split("\n").flatMap((row) => /^\| ([a-z@].*?) \|/.exec(row)?.[1]?.split(", ") ?? []);
  t.same(listed.toSorted(), packages.toSorted());
});
