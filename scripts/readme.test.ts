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

t.test("every script is executable, says how it is used, and refuses what it does not know", async (t) => {
  for (const script of scripts) {
    const run = $({ cwd: "/", nothrow: true });
    t.match(
      await run`${ROOT}${script} --help`,
      { exitCode: 0, stdout: new RegExp(`^Usage: ${script}`, "m") },
      script,
    );
    t.match(await run`${ROOT}${script} --bogus`, { exitCode: 2, stderr: /--bogus/ }, script);
  }
});

t.test("the README's variables, exit codes and packages are those there are", async (t) => {
  const variables = Object.values(OPTIONS).map(({ env }) => env);
  const rows = readme.split("\n").filter((line) => line.startsWith("| `") && line.includes("`--"));
  const named = rows.flatMap((row) => all(row.split("|")[1]!, /`([A-Z0-9_]+)`/g));
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
