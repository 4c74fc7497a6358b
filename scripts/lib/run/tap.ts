import { $ } from "zx/core";
import { EXIT, Failure } from "./failure.ts";
import { ROOT } from "./paths.ts";

/** How many assertions passed, failed and were skipped. */
export interface Totals {
  pass: number;
  fail: number;
  skip: number;
}

interface Run {
  files: string[];
  env?: NodeJS.ProcessEnv;
  /** Seconds that one file may take. */
  timeout: number;
}

const RESULT = /^( *)(not )?ok \d+ - (.*?)(?: # (SKIP|time=)(.*?))?( \{)?$/;

/**
 * Runs test files with tap, one after the other: times are among what they check. Prints a line to stderr for each
 * test that ends, and tap's account of each that failed. Throws a Failure if tap ends without totals, as it does when
 * it cannot run at all.
 */
export async function runTap({ files, env, timeout }: Run): Promise<Totals> {
  const tap = $({ cwd: ROOT, env: { ...process.env, ...env }, nothrow: true });
  const run = tap`node_modules/.bin/tap --reporter=tap --jobs=1 --timeout=${timeout} ${files}`;
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
  return totals;
}

const print = (line: string) => process.stderr.write(`      ${line}\n`);

function readTotals(line: string): Totals | undefined {
  if (!line.startsWith("# { total:")) return undefined;
  const count = (key: string) => Number(new RegExp(`${key}: (\\d+)`).exec(line)?.[1] ?? 0);
  return { pass: count("pass"), fail: count("fail"), skip: count("skip") + count("todo") };
}

/** The totals as a line that a program may read, too. */
export const totalsLine = ({ pass, fail, skip }: Totals) => `${pass} passed, ${fail} failed, ${skip} skipped`;

/** Throws a Failure if a test failed, or if none ran. */
export function requirePassed(totals: Totals, hint: string): void {
  if (totals.fail > 0) throw new Failure(totalsLine(totals), { code: EXIT.failed, hint });
  if (totals.pass === 0) throw new Failure("no test ran", { hint });
}
