import { basename } from "node:path";
import { ending } from "../../run/interrupt.ts";
import { commandOf, type OptionName } from "../../run/options.ts";
import { progress } from "../../run/progress.ts";
import { formatDuration } from "../../run/values.ts";
import type { Context } from "../../run/verb.ts";
import { requirePassed } from "../passed.ts";
import { makeFolder } from "../report/folder.ts";
import { runFacts } from "../report/run-facts.ts";
import { conduct, type Watch } from "./conduct.ts";
import { chooseGenerator } from "./choose-generator.ts";
import { dashboard } from "./k6.ts";
import { openRaw } from "./raw.ts";
import { reportText, writeReport } from "./report.ts";
import { type Mark, type Result, resultOf } from "./result.ts";
import { loadTarget } from "./target.ts";
import { resetsLine, sparing, wantedLoad } from "./wanted.ts";

/** Where k6 shows its own page while it runs: its usual port. */
const K6_PORT = 5665;
export const K6_PAGE = `http://127.0.0.1:${K6_PORT}`;

/** The options of every verb that sends a load. */
export const LOAD_OPTIONS = [
  "profile",
  "users",
  "rate",
  "duration",
  "reset",
  "generator",
  "k6",
  "k6Artifacts",
  "baseUrl",
  "yes",
  "orchestrator",
] as const satisfies OptionName[];

/** A page that shows a run. */
export interface Audience extends Watch {
  /** What was changed meanwhile. */
  marks: () => Mark[];
}

interface Loaded {
  result: Result;
  folder: string;
  /** Prints the closing line. */
  done: (text?: string) => void;
}

/**
 * Sends the load that the options ask for, writes its report, and returns what it came to, passed or not. An
 * interruption ends it early, with a report of what was measured until then.
 */
export async function runLoad(
  verb: string,
  { settings, options }: Context,
  audience?: Audience,
): Promise<Loaded> {
  const { name, profile: asked } = wantedLoad(options);
  const steps = progress(
    `Load the counter: ${name}, ${formatDuration(asked.seconds)}${asked.steps ? " a step" : ""}`,
    3,
  );
  const target = await steps.step("Target", async () => {
    const found = await loadTarget(settings, options);
    return { ...found, note: `${found.url}, ${found.orchestrator}, replicas: ${found.replicas}` };
  });
  const { generator, missing: said } = await steps.step("Generator", (report) =>
    chooseGenerator(settings.load, options, report),
  );
  const { profile, resets } = sparing(asked, target.count, options.reset ?? false);
  const remark = resetsLine(resets, target.count);
  if (audience && generator.name === "k6") said.push(`k6's own page, while it runs: ${K6_PAGE}`);
  for (const line of [...said, remark].filter(Boolean)) process.stderr.write(`      ${line}\n`);

  const started = new Date().toISOString();
  const folder = await makeFolder(started, `load-${target.orchestrator}-${target.replicas}`);
  const page = (part: number) => dashboard(`${folder}/k6-${part}.html`, audience && K6_PORT);
  const environment = generator.name === "k6" ? page : () => ({});
  const raw = openRaw(`${folder}/samples.csv.gz`);
  const load = { profile, target, generator, settings: settings.load, raw, progress: steps, environment };
  const parts = await conduct({ ...load, ...(audience && { watch: audience }) });
  await raw.close();

  const { note: _, ...where } = target;
  const marks = audience?.marks() ?? [];
  const facts = { profile: name, interrupted: ending().aborted, started, target: where, resets, marks };
  const sender = { name: generator.name, version: generator.version };
  const result = resultOf({ ...facts, generator: sender }, parts, settings.load, profile.steps === true);
  const more = { started, generator: sender, load: profile };
  await writeReport(folder, result, runFacts(commandOf(verb, options), settings, more));
  process.stderr.write(`Report: reports/${basename(folder)}/report.html\n`);
  return { result, folder, done: steps.done };
}

/** Prints a result, for a reader or a program. */
export function printResult(result: Result, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${reportText(result)}\n`);
}

/** Throws a Failure where a load was interrupted, or broke one of its thresholds. */
export const requireResult = (result: Result) => requirePassed("the load", result);
