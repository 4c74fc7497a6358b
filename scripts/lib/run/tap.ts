import { $ } from "zx/core";
import { EXIT, Failure } from "./failure.ts";
import { ROOT } from "./paths.ts";

/** How many assertions passed, failed and were skipped, and the milliseconds that each file took. */
export interface Totals {
  pass: number;
  fail: number;
  skip: number;
  times: Record<string, number>;
}

interface Run {
  files: string[];
  env?: NodeJS.ProcessEnv;
  /** Seconds that one file may take. */
  timeout: number;
  /** Files that run at once; one, if not given. */
  jobs?: number;
  /** Only tests whose name has this text in it, in upper or lower case. */
  name?: string | undefined;
}

const NONE: Totals = { pass: 0, fail: 0, skip: 0, times: {} };

const RESULT = /^( *)(not )?ok \d+ - (.*?)(?: # (SKIP|time=)(.*?))?( \{)?$/;

/**
 * Runs test files with tap. Prints a line to stderr for each test that ends, and tap's account of each that failed.
 * Throws a Failure if tap ends without totals, as it does when it cannot run at all.
 */
export async function runTap({ files, env, timeout, jobs = 1, name: wanted }: Run): Promise<Totals> {
  if (files.length === 0) return NONE;
  const tap = $({ cwd: ROOT, env: { ...process.env, ...env }, nothrow: true });
  const flags = [
    `--jobs=${jobs}`,
    `--timeout=${timeout}`,
    ...(wanted ? [`--grep=${patternOf(wanted)}`] : []),
  ];
  const run = tap`node_modules/.bin/tap --reporter=tap ${flags} --filter-quietly ${files}`;
  const times: Totals["times"] = {};
  let totals: Totals | undefined;
  let failing = "";
  for await (const line of run) {
    const [, indent = "", not, name, kind, rest = ""] = RESULT.exec(line) ?? [];
    if (name === undefined) {
      if (failing && line.startsWith(failing)) print(line);
      if (line.trimEnd() === `${failing}  ...`) failing = "";
      totals ??= readTotals(line);
      continue;
    }
    if (indent === "" && kind === "time=") times[name] = Number.parseFloat(rest);
    if (not) {
      print(`FAILED  ${name}`);
      failing ||= indent;
    } else if (kind === "SKIP") print(`skipped ${name}: ${rest.trim() || "without a reason"}`);
    else if (indent.length === 4 && kind === "time=") print(`ok      ${name}  (${rest})`);
  }
  const { exitCode, stderr } = await run;
  if (!totals)
    throw new Failure("tap did not run the tests", { lines: stderr.trim().split("\n").slice(-10) });
  if (exitCode !== 0) {
    totals.fail ||= 1;
    // What ended a whole file is not in its TAP.
    for (const line of stderr.split("\n").filter((text) => /^\w*Error\b/.test(text))) print(line);
  }
  return { ...totals, times };
}

/** A text as a pattern that matches it, whatever its case. */
const patternOf = (text: string) => `/${text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)}/i`;

const print = (line: string) => process.stderr.write(`      ${line}\n`);

function readTotals(line: string): Totals | undefined {
  if (!line.startsWith("# { total:")) return undefined;
  const count = (key: string) => Number(new RegExp(`${key}: (\\d+)`).exec(line)?.[1] ?? 0);
  return { ...NONE, pass: count("pass"), fail: count("fail"), skip: count("skip") + count("todo") };
}

/** The totals of several runs as those of one. */
export const sum = (all: Totals[]): Totals =>
  all.reduce(
    (one, other) => ({
      pass: one.pass + other.pass,
      fail: one.fail + other.fail,
      skip: one.skip + other.skip,
      times: { ...one.times, ...other.times },
    }),
    NONE,
  );

/** A table of the files that took longest. */
export function slowest({ times }: Totals, count: number): string {
  const rows = Object.entries(times)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, count);
  return rows.map(([file, ms]) => `${(ms / 1000).toFixed(1).padStart(8)} s  ${file}\n`).join("");
}

/** The totals as a line that a program may read, too. */
export const totalsLine = ({ pass, fail, skip }: Omit<Totals, "times">) =>
  `${pass} passed, ${fail} failed, ${skip} skipped`;

/** Throws a Failure if a test failed, or if none ran. */
export function requirePassed(totals: Omit<Totals, "times">, hint: string): void {
  if (totals.fail > 0) throw new Failure(totalsLine(totals), { code: EXIT.failed, hint });
  if (totals.pass === 0) throw new Failure("no test ran", { hint });
}
