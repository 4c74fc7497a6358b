import { appVersion, buildApp, pruneApp } from "../images/app.ts";
import { refuse } from "../run/failure.ts";
import { nodeFirst } from "../images/base.ts";
import type { OptionValues } from "../run/options.ts";
import type { Deployed, Orchestrator } from "./orchestrator.ts";
import { portProblem } from "./port.ts";
import { type Progress, progress } from "../run/progress.ts";
import { MODES } from "./redis-modes.ts";
import { together } from "../run/wait.ts";
import { changeMode, STEPS, takeOne } from "./redis/change.ts";
import { checkExternal, EXTERNAL, requireExternal } from "./redis/external.ts";
import { refusing, resumeWrites } from "./redis/count.ts";
import { confirmChange, modeProblems, nextMode, nextWait, whichCount } from "./redis/preflight.ts";
import type { Ask } from "./redis/state.ts";
import { askOf, whole } from "./redis/whole.ts";
import { type Plan, release } from "./release.ts";
import type { Settings } from "../run/settings.ts";
import type { RedisMode } from "../run/values.ts";

/**
 * Builds the version that this checkout is, deploys it with one of the orchestrators and verifies it through the front
 * door. Throws a Failure that says what serves instead.
 */
export async function deploy(
  orchestrator: Orchestrator,
  all: Orchestrator[],
  settings: Settings,
  options: OptionValues,
): Promise<void> {
  const steps = progress(
    `Deploy ${settings.name} to ${orchestrator.name}`,
    orchestrator.importImages ? 9 : 8,
  );
  const { step, done } = steps;
  const { before, redis, which } = await preflight(orchestrator, all, settings, options, steps);
  const from = before && before.redis !== redis ? before : undefined;
  if (from && !options.yes) await confirmChange(from.redis, redis, orchestrator);
  // No new replica is ready while Redis refuses writes; it says so while the images are looked at.
  const ask = askOf(orchestrator, settings, before?.version ?? "");
  const stopped = before && !from ? refusing(ask, redis) : Promise.resolve([]);
  const base = await step("Base images", (report) => nodeFirst(settings, report));
  const version = await appVersion(base);
  await step(`Build ${version}`, async () => {
    const [built] = await together([buildApp(settings, base, version), base.makeOthers()]);
    return built;
  });
  const target = { version, base, ...nextTarget(settings, version, options, before) };
  let { warning } = MODES[redis];
  if (redis === EXTERNAL) {
    steps.extend(1);
    const tried = await step("External Redis", () => requireExternal(settings, version, target.redisWait));
    ({ warning } = tried);
  }
  if (orchestrator.importImages)
    await step("Import", () => orchestrator.importImages!(settings, version, base));
  if ((await stopped).length > 0) await takeWritesAgain(ask, redis, steps);
  const { replicas, previous } = target;
  const act = () => orchestrator.apply(settings, { ...target, keepParts: from !== undefined });
  const releaseIt = (more: Partial<Plan> = {}) =>
    release(orchestrator, settings, steps, { name: "Deploy", version, replicas, act, ...more });
  if (from) steps.extend(STEPS);
  const change = { orchestrator, settings, steps, base, version, to: redis, take: takeOne(which) };
  const { url, notice } = from
    ? (await changeMode({ ...change, before: from }, (beforeUndo) => releaseIt({ beforeUndo }))).deployed
    : await releaseIt();
  await step(`Redis: ${redis}`, (report) => whole(orchestrator, settings, redis, version, report));
  await step("Tidy up", async () => {
    await orchestrator.tidy(settings, [version, previous]);
    return pruneApp(settings, [version, previous]);
  });
  done(notice ? `${url}  ${notice}` : url);
  if (warning) process.stderr.write(`warning: Redis is ${redis}: ${warning}\n`);
}

/** The first step: throws a Failure with every reason against the deployment, and finds what it starts from. */
async function preflight(
  orchestrator: Orchestrator,
  all: Orchestrator[],
  settings: Settings,
  options: OptionValues,
  { step }: Progress,
) {
  let before: Deployed | undefined;
  let redis = settings.redis;
  let which = 1;
  await step("Preflight", async () => {
    const observed = orchestrator.observe(settings);
    // Where it cannot, the problems say why.
    observed.catch(() => {});
    const [problems, held] = await Promise.all([
      orchestrator.problems(settings),
      portProblem(settings, orchestrator, all),
    ]);
    refuse([...problems, held]);
    before = await observed;
    redis = nextMode(settings, options, before);
    if (redis === EXTERNAL) checkExternal(settings);
    nextWait(settings, options, before, redis);
    refuse(modeProblems(orchestrator, redis));
    if (before && before.redis !== redis) which = await whichCount(orchestrator, settings, before, options);
    return {};
  });
  return { before, redis, which };
}

/** Lets Redis take writes that a killed change of the mode has stopped. */
async function takeWritesAgain(ask: Ask, redis: RedisMode, { step, extend }: Progress): Promise<void> {
  extend(1);
  await step("Let Redis take writes again", async () => {
    const parts = await resumeWrites(ask, redis);
    return { changed: true, note: parts.join(", ") };
  });
}

/** What a deployment takes over from the one before it: scale, mode and WAIT, unless the settings changed, and the history. */
export function nextTarget(
  settings: Settings,
  version: string,
  asked: OptionValues,
  before: Deployed | undefined,
) {
  // Somebody may have scaled to 0 beside the kit: that would be verified by nothing.
  const kept = before?.replicasSetting === settings.replicas && before.replicas;
  const replicas = kept || settings.replicas;
  const same = before?.version === version;
  const redis = nextMode(settings, asked, before);
  return {
    replicas: asked.replicas ?? replicas,
    redis,
    redisSetting: settings.redis,
    redisWait: nextWait(settings, asked, before, redis),
    redisWaitSetting: settings.redisWait,
    replicasSetting: settings.replicas,
    scaled: before && before.replicas === (asked.replicas ?? replicas) ? before.scaled : "",
    previous: (same ? before.previous : before?.version) ?? "",
    since: same ? before.since : new Date().toISOString(),
  };
}
