import { choose } from "../../deployment/choose.ts";
import { requireDeployed } from "../../deployment/deployed.ts";
import type { Orchestrator } from "../../deployment/orchestrator.ts";
import { awaitWell } from "../../deployment/well.ts";
import { baseImages } from "../../images/base.ts";
import { confirm } from "../../run/confirm.ts";
import { refuse } from "../../run/failure.ts";
import { interruption } from "../../run/interrupt.ts";
import { commandOf, type OptionName } from "../../run/options.ts";
import { type Outcome, progress, type Progress } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import type { Context } from "../../run/verb.ts";
import { subjectProblems } from "../compare/subject.ts";
import { openRaw } from "../load/raw.ts";
import { count } from "../load/tables.ts";
import { countOf } from "../load/target.ts";
import { MEASURED } from "../redis-modes.ts";
import { writeDocument } from "../report/document.ts";
import { makeFolder } from "../report/folder.ts";
import { runFacts } from "../report/run-facts.ts";
import type { Act } from "./acts.ts";
import { type Caught, CONTROLS } from "./controls.ts";
import { noteOf } from "./judge.ts";
import { type Load, play, type Played } from "./play.ts";
import { reportOf } from "./report.ts";
import { type Found, restoreCount, restoreVersion } from "./restore.ts";
import { type Result, resultOf } from "./result.ts";
import type { Stage } from "./stage.ts";
import { keptNow, makeVersions, removeVersions } from "./versions.ts";
import { secondsOf, wantedActs } from "./wanted.ts";

export const PROVE_OPTIONS = [
  "acts",
  "rate",
  "seconds",
  "yes",
  "json",
  "orchestrator",
] as const satisfies OptionName[];

const RATE = 1000;
const SECONDS = 21;
/** Steps beside the acts and controls: what is looked at and made first, and what is put back. */
const OTHER_STEPS = 3;
const PARTS = Object.values(MEASURED.single.victims).flat();
const [REDIS] = MEASURED.single.victims.redis;

interface Done {
  result: Result;
  folder: string;
  /** What ended it early. */
  failure?: unknown;
  done: (text?: string) => void;
}

type Report = (text: string) => void;

/**
 * Plays the acts and controls, puts version, scale and count back, and writes the report. Asks first. Where it is
 * interrupted or fails after an act, there is a report of those until then, and `failure` says why.
 */
export async function runProve({ settings: given, options }: Context): Promise<Done> {
  const { rate = RATE, seconds = SECONDS } = options;
  const wanted = wantedActs(options.acts);
  const orchestrator = await choose(options);
  refuse(await subjectProblems(orchestrator, given));
  const deployed = await requireDeployed(orchestrator, given);
  const settings = { ...given, port: deployed.port };
  const containers = await countContainers(orchestrator, settings);
  const acts = wanted.filter(({ part }) => part === undefined || containers[part]);
  if (!options.yes)
    await confirm(questionOf(acts, settings, orchestrator, rate, seconds), "make prove YES=1");

  const title = `Prove ${settings.name} on ${orchestrator.platform}: ${acts.map(({ name }) => name).join(", ")}`;
  const steps = progress(title, acts.length + CONTROLS.length + OTHER_STEPS);
  const { found, kept } = await steps.step("Preflight", async () => {
    await awaitWell(orchestrator, settings, deployed, containers);
    const snapshot = await orchestrator.snapshot(settings);
    const before = { deployed, snapshot, count: (await countOf(deployed.url)) ?? 0 };
    return {
      found: before,
      kept: await keptNow(orchestrator, settings),
      note: `${deployed.version}, ${deployed.url}`,
    };
  });
  const started = new Date().toISOString();
  const folder = await makeFolder(started, `prove-${orchestrator.name}`);
  const raw = { kept: openRaw(`${folder}/kept.csv.gz`), new: openRaw(`${folder}/new.csv.gz`) };
  const played: Played[] = [];
  const controls: Caught[] = [];
  let failure: unknown;
  try {
    const versions = await makeStep(steps, orchestrator, settings, acts, deployed.version);
    const stage = { orchestrator, settings, deployed, versions, containers };
    await playAll(steps, stage, { rate, seconds, raw }, acts, played, controls);
  } catch (error) {
    failure = error;
  }
  const restored = await putBack(steps, orchestrator, settings, found, kept).catch((error: unknown) => {
    failure ??= error;
    return "not all";
  });
  await Promise.all([raw.kept.close(), raw.new.close()]);
  if (played.length === 0) throw failure ?? interruption.reason;

  const { version, replicas } = deployed;
  const setting = { platform: orchestrator.platform, replicas, version, rate, seconds, started };
  const result = resultOf(setting, played, controls, { interrupted: failure !== undefined, restored });
  const facts = runFacts(commandOf("prove", options), settings, setting);
  await writeDocument(folder, reportOf(result), result, facts);
  return { result, folder, ...(failure !== undefined && { failure }), done: steps.done };
}

function questionOf(
  acts: Act[],
  settings: Settings,
  { platform }: Orchestrator,
  rate: number,
  seconds: number,
): string {
  const lines = acts.slice(1).map(({ name, does }) => `  ${name.padEnd(15)} ${does}`);
  const controls = CONTROLS.map(({ name, does }) => `  ${name.padEnd(15)} ${does}`);
  return [
    `${settings.name} on ${platform} gets ${count(rate)} increments a second for about ${Math.ceil(secondsOf(acts, seconds) / 60)} min, and meanwhile:`,
    ...lines,
    "and, to see whether it would be seen:",
    ...controls,
    "Requests of others fail then, too. At the end version, scale and count are put back. Go on?",
  ].join("\n");
}

async function countContainers(
  orchestrator: Orchestrator,
  settings: Settings,
): Promise<Record<string, number>> {
  const pairs = PARTS.map(async (part) => {
    return [part, (await orchestrator.containersOf(settings, part)).length] as const;
  });
  return Object.fromEntries((await Promise.all(pairs)).filter(([, number]) => number > 0));
}

async function makeStep(
  { step }: Progress,
  orchestrator: Orchestrator,
  settings: Settings,
  acts: Act[],
  version: string,
) {
  const names = [...new Set(acts.flatMap(({ needs = [] }) => needs))];
  const { versions } = await step("Versions to roll to", async (report) => {
    const base = await baseImages(settings, report);
    const made = await makeVersions(orchestrator, settings, base, version, names);
    return { versions: made, note: names.map((name) => `${name} ${made[name]}`).join(", ") };
  });
  return versions;
}

/** Plays them one after the other, into `played` and `controls`. */
async function playAll(
  { step }: Progress,
  stage: Omit<Stage, "report">,
  load: Load,
  acts: Act[],
  played: Played[],
  controls: Caught[],
): Promise<void> {
  for (const act of acts)
    await step(act.name, async (report: Report): Promise<Outcome> => {
      const one = await play(act, { ...stage, report }, load);
      played.push(one);
      return { note: noteOf(one) };
    });
  for (const { name, does, run } of CONTROLS)
    await step(`Control: ${name}`, async (report: Report): Promise<Outcome> => {
      const came = await run({ ...stage, report }, load);
      controls.push({ name, does, ...came });
      return { note: `${came.caught ? "seen" : "NOT SEEN"}: ${came.seen}` };
    });
}

/** Puts everything back, also after an interruption, and says what. */
async function putBack(
  { step }: Progress,
  orchestrator: Orchestrator,
  settings: Settings,
  found: Found,
  kept: string[],
): Promise<string> {
  const { version, replicas } = found.deployed;
  const act = async () => {
    await restoreVersion(orchestrator, settings, found);
    await restoreCount(orchestrator, settings, REDIS, found);
    await removeVersions(orchestrator, settings, kept);
    return { note: `version ${version}, ${replicas} replicas, count ${count(found.count)}` };
  };
  if (!interruption.aborted) return (await step("Put back", act)).note;
  const { note } = await act();
  process.stderr.write(`      put back: ${note}\n`);
  return note;
}
