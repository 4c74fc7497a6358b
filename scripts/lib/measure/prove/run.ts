import { choose } from "../../deployment/choose.ts";
import { requireDeployed } from "../../deployment/deployed.ts";
import type { Orchestrator } from "../../deployment/orchestrator.ts";
import { awaitWell } from "../../deployment/well.ts";
import { baseImages } from "../../images/base.ts";
import { confirm } from "../../run/confirm.ts";
import { refuse } from "../../run/failure.ts";
import { interruption } from "../../run/interrupt.ts";
import { commandOf, type OptionName } from "../../run/options.ts";
import { progress, type Progress } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import { formatDuration } from "../../run/values.ts";
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
import { CONTROLS } from "./controls.ts";
import { outerDoor } from "./door.ts";
import { playAll } from "./program.ts";
import { reportOf } from "./report.ts";
import { type Found, restoreCount, restoreVersion } from "./restore.ts";
import { type Gathered, type Result, resultOf } from "./result.ts";
import type { Stage } from "./stage.ts";
import { keptNow, makeVersions, removeVersions, type Versions } from "./versions.ts";
import { wantedActs, warning } from "./wanted.ts";

export const PROVE_OPTIONS = [
  "acts",
  "rate",
  "seconds",
  "yes",
  "json",
  "orchestrator",
] as const satisfies OptionName[];

const RATE = 1000;
/** With which there are 20,000 requests in each act, although not quite as many may be sent as shall be. */
const SECONDS = 22;
/** Steps beside the acts and controls: what is looked at and made first, and what is put back. */
const OTHER_STEPS = 4;
const PARTS = Object.values(MEASURED.single.victims).flat();
const [REDIS] = MEASURED.single.victims.redis;

type Scene = Omit<Stage, "versions" | "report">;

interface Done {
  result: Result;
  folder: string;
  /** What ended it early. */
  failure?: unknown;
  done: (text?: string) => void;
}

/**
 * Plays the acts and controls, puts version, scale and count back, and writes the report. Asks first. Where it is
 * interrupted or fails after an act, there is a report of those until then, and `failure` says why.
 */
export async function runProve({ settings: given, options }: Context): Promise<Done> {
  const { rate = RATE, seconds = SECONDS } = options;
  const wanted = wantedActs(options.acts);
  const scene = await sceneOf(await choose(options), given);
  const { orchestrator, settings, deployed } = scene;
  const acts = await playable(wanted, scene, options.acts !== undefined);
  const says = `${settings.name} on ${orchestrator.platform} ${warning(acts, rate, seconds)}`;
  if (options.yes) process.stderr.write(`${says}\n`);
  else await confirm(`${says}\nGo on?`, "make prove YES=1");

  const steps = progress(
    `Prove ${settings.name} on ${orchestrator.platform}, ${formatDuration(seconds)} an act or longer: ${acts.map(({ name }) => name).join(", ")}`,
    acts.length + CONTROLS.length + OTHER_STEPS,
  );
  const found = await preflight(steps, scene);
  const started = new Date().toISOString();
  const folder = await makeFolder(started, `prove-${orchestrator.name}`);
  const raw = { kept: openRaw(`${folder}/kept.csv.gz`), new: openRaw(`${folder}/new.csv.gz`) };
  const gathered: Gathered = { acts: [], hardening: [], controls: [] };
  let failure: unknown;
  try {
    const versions = await makeStep(steps, scene, acts);
    await playAll(steps, { ...scene, versions }, { rate, seconds, raw }, acts, gathered);
  } catch (error) {
    failure = error;
  }
  const restored = await putBack(steps, scene, found).catch((error: unknown) => {
    failure ??= error;
    return "not all";
  });
  await Promise.all([raw.kept.close(), raw.new.close()]);
  if (gathered.acts.length === 0) throw failure ?? interruption.reason;

  const { version, replicas } = deployed;
  const setting = { platform: orchestrator.platform, replicas, version, rate, seconds, started };
  const result = resultOf(setting, gathered, { interrupted: failure !== undefined, restored });
  const facts = runFacts(commandOf("prove", options), settings, setting);
  await writeDocument(folder, reportOf(result), result, facts);
  return { result, folder, ...(failure !== undefined && { failure }), done: steps.done };
}

/** What is deployed, as acts need it. Throws a Failure (refused) where it is not deployed, or not well. */
async function sceneOf(orchestrator: Orchestrator, given: Settings): Promise<Scene> {
  refuse(await subjectProblems(orchestrator, given));
  const deployed = await requireDeployed(orchestrator, given);
  // What an act may cost is known of one Redis. Of others, failover tells.
  refuse(deployed.redis === "single" ? [] : [`Redis is ${deployed.redis}, and it has to be single here`]);
  const settings = { ...given, port: deployed.port };
  const [door, containers] = await Promise.all([
    outerDoor(deployed.url),
    countContainers(orchestrator, settings),
  ]);
  return { orchestrator, settings, deployed, door, containers };
}

/** The acts that can be done here. Throws a Failure (refused) where one was asked for and cannot. */
async function playable(acts: Act[], scene: Scene, asked: boolean): Promise<Act[]> {
  const problems = await Promise.all(acts.map((act) => whyNot(act, scene)));
  if (asked) refuse(problems);
  return acts.filter((_act, index) => problems[index] === undefined);
}

async function whyNot(act: Act, { containers, orchestrator }: Scene): Promise<string | undefined> {
  const { part } = act;
  if (part !== undefined && !containers[part]) return `there is no ${part} on ${orchestrator.platform} here`;
  return act.whyNot?.(orchestrator);
}

/** Waits until all is well, and remembers how it is. */
async function preflight({ step }: Progress, scene: Scene): Promise<Found> {
  const { orchestrator, settings, deployed, door, containers } = scene;
  const { found } = await step("Preflight", async () => {
    await awaitWell(orchestrator, settings, deployed, containers);
    const [snapshot, kept, present] = await Promise.all([
      orchestrator.snapshot(settings),
      keptNow(orchestrator, settings),
      countOf(deployed.url),
    ]);
    const before = { deployed, snapshot, kept, count: present ?? 0 };
    return { found: before, note: `version ${deployed.version}, ${door}` };
  });
  return found;
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

async function makeStep({ step }: Progress, scene: Scene, acts: Act[]): Promise<Versions> {
  const { orchestrator, settings, deployed } = scene;
  const names = [...new Set([...acts, ...CONTROLS].flatMap(({ needs = [] }) => needs))];
  const { versions } = await step("Versions to roll to", async (report) => {
    const base = await baseImages(settings, report);
    const made = await makeVersions(orchestrator, settings, base, deployed.version, names);
    return { versions: made, note: names.map((name) => `${name} ${made[name]}`).join(", ") };
  });
  return versions;
}

/** Puts everything back, also after an interruption, and says what. */
async function putBack({ step }: Progress, scene: Scene, found: Found): Promise<string> {
  const { orchestrator, settings, deployed } = scene;
  const act = async () => {
    await restoreVersion(orchestrator, settings, found);
    await removeVersions(orchestrator, settings, found.kept);
    await restoreCount(orchestrator, settings, REDIS, found);
    const { version, replicas } = deployed;
    return { note: `version ${version}, ${replicas} replicas, count ${count(found.count)}` };
  };
  if (!interruption.aborted) return (await step("Put back", act)).note;
  const { note } = await act();
  process.stderr.write(`      put back: ${note}\n`);
  return note;
}
