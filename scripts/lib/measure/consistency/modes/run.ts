import { choose } from "../../../deployment/choose.ts";
import { requireDeployed } from "../../../deployment/deployed.ts";
import { MODES } from "../../../deployment/redis-modes.ts";
import { EXTERNAL } from "../../../deployment/redis/external.ts";
import { modeProblems, whichCount } from "../../../deployment/redis/preflight.ts";
import { whole } from "../../../deployment/redis/whole.ts";
import { baseImages } from "../../../images/base.ts";
import { confirm } from "../../../run/confirm.ts";
import { EXIT, Failure, refuse } from "../../../run/failure.ts";
import { interruption } from "../../../run/interrupt.ts";
import { holdLock } from "../../../run/lock.ts";
import { commandOf, type OptionValues } from "../../../run/options.ts";
import { type Outcome, progress, type Progress, within } from "../../../run/progress.ts";
import type { Settings } from "../../../run/settings.ts";
import type { RedisMode } from "../../../run/values.ts";
import type { Context } from "../../../run/verb.ts";
import { subjectProblems } from "../../compare/subject.ts";
import { loadTarget } from "../../load/target.ts";
import { MEASURED } from "../../redis-modes.ts";
import { writeDocument } from "../../report/document.ts";
import { makeFolder } from "../../report/folder.ts";
import { runFacts } from "../../report/run-facts.ts";
import { checkCount, ownCounts } from "../check.ts";
import type { Result } from "../result.ts";
import { INCREMENTS, RATE } from "../run.ts";
import { movesOf, planOf, warning } from "./plan.ts";
import { modesReport } from "./report.ts";
import { modesResult, type ModesResult } from "./result.ts";
import { bring, putBack, type Stage } from "./stage.ts";

/** Steps beside the changes and checks. */
const OTHER_STEPS = 3;

interface Done {
  result: ModesResult;
  folder: string;
  /** What ended it early. */
  failure?: unknown;
  done: (text?: string) => void;
}

/**
 * Runs Redis in one way after the other, looks at each whether there is one count, puts the first way back, and writes the
 * report. Asks first. Where it is interrupted or fails after a check, there is a report of those until then, and
 * `failure` says why.
 */
export async function runModes({ settings: given, options }: Context, modes: RedisMode[]): Promise<Done> {
  if (options.baseUrl !== undefined)
    throw new Failure("MODES is of this host, and BASE_URL names a front door elsewhere", {
      code: EXIT.usage,
    });
  const { increments = INCREMENTS, rate = RATE } = options;
  await using _lock = await holdLock(given.name, "consistency");
  const scene = await sceneOf(given, options, modes);
  const { orchestrator, settings, deployed } = scene;
  const plan = planOf(deployed.redis, modes);
  const says = `${settings.name} on ${orchestrator.platform} ${warning(plan, increments, rate)}`;
  if (options.yes) process.stderr.write(`${says}\n`);
  else await confirm(`${says}\nGo on?`, `make consistency MODES="${modes.join(" ")}" YES=1`);

  const steps = progress(
    `Consistency with Redis ${modes.join(", ")}`,
    movesOf(plan) + modes.length + OTHER_STEPS,
  );
  const stage = await prepare(steps, scene);
  const started = new Date().toISOString();
  const folder = await makeFolder(started, `consistency-${orchestrator.name}-modes`);
  const results: Result[] = [];
  let failure: unknown;
  try {
    for (const mode of modes) await checkMode(steps, stage, mode, { folder, options, started, results });
  } catch (error) {
    failure = error;
  }
  const { note: restored, after } = await putBack(steps, stage).catch((error: unknown) => {
    const mend = `make deploy-${orchestrator.name} REDIS=${plan.first}`;
    process.stderr.write(`      the deployment is NOT as it was: ${(error as Error).message}; ${mend}\n`);
    failure ??= error;
    return { note: "not all", after: undefined };
  });
  if (results.length === 0) throw failure;

  const { version, replicas } = deployed;
  const { platform } = orchestrator;
  const setting = { ...plan, platform, replicas, version, rate, increments, started };
  // Of several counts, none was the one to go on from.
  const known = after !== undefined && MODES[plan.first].instances === 1;
  const ending = { interrupted: failure !== undefined, restored, ...(known && { after }) };
  const result = modesResult(setting, results, ending);
  const facts = runFacts(commandOf("consistency", options), settings, setting);
  await writeDocument(folder, modesReport(result), result, facts);
  return { result, folder, ...(failure !== undefined && { failure }), done: steps.done };
}

type Scene = Omit<Stage, "base" | "start">;

/** What is deployed, and whether it can be run so. Throws a Failure (refused) with every reason against it. */
async function sceneOf(given: Settings, options: OptionValues, modes: RedisMode[]): Promise<Scene> {
  const orchestrator = await choose(options);
  refuse(await subjectProblems(orchestrator, given));
  const deployed = await requireDeployed(orchestrator, given);
  const { redis, port, cpus } = deployed;
  // Its writes cannot be stopped while the count is copied, and others may use it.
  const external = `Redis is ${EXTERNAL}, which only make deploy-${orchestrator.name} REDIS=... leaves`;
  refuse(redis === EXTERNAL ? [external] : []);
  const others = modes.filter((mode) => mode !== redis);
  refuse([...new Set(others.flatMap((mode) => modeProblems(orchestrator, mode)))]);
  const settings = { ...given, port, resources: { ...given.resources, cpus } };
  const which = others.length > 0 ? await whichCount(orchestrator, settings, deployed, options) : 1;
  return { orchestrator, settings, deployed, which };
}

/** Waits until all is well, and has the images at hand. */
async function prepare({ step }: Progress, scene: Scene): Promise<Stage> {
  const { orchestrator, settings, deployed } = scene;
  const { version, redis } = deployed;
  await step("Preflight", (report) => whole(orchestrator, settings, redis, version, report));
  return { ...scene, base: await step("Base images", (report) => baseImages(settings, report)) };
}

interface Checks {
  folder: string;
  options: OptionValues;
  started: string;
  /** Those of before. */
  results: Result[];
}

/** Changes Redis to a mode, unless that is how it runs, and looks whether there is one count. */
async function checkMode(
  { step }: Progress,
  stage: Stage,
  mode: RedisMode,
  { folder, options, started, results }: Checks,
): Promise<void> {
  const { orchestrator, settings, deployed } = stage;
  const present = results.at(-1)?.mode ?? deployed.redis;
  if (present !== mode) await step(`Redis: ${mode}`, (report) => bring(stage, mode, report));
  const { increments = INCREMENTS, rate = RATE } = options;
  await step<Outcome>(`Count with Redis ${mode}`, async (report) => {
    const result = await checkCount({
      target: await loadTarget(settings, options),
      mode,
      promised: MEASURED[mode].consistent,
      rate,
      increments,
      own: () => ownCounts(orchestrator, settings, { ...deployed, redis: mode }),
      started,
      file: `${folder}/samples-${mode}.csv.gz`,
      steps: within(report),
    });
    interruption.throwIfAborted();
    results.push(result);
    return { note: result.headline };
  });
}
