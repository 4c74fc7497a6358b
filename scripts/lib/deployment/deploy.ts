import { appVersion, buildApp, pruneApp } from "../images/app.ts";
import { refuse } from "../run/failure.ts";
import { baseImages } from "../images/base.ts";
import type { OptionValues } from "../run/options.ts";
import type { Deployed, Orchestrator } from "./orchestrator.ts";
import { portProblem } from "./port.ts";
import { progress } from "../run/progress.ts";
import { release } from "./release.ts";
import type { Settings } from "../run/settings.ts";

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
    orchestrator.importImages ? 8 : 7,
  );
  const { step, done } = steps;
  await step("Preflight", async () => {
    refuse([...(await orchestrator.problems(settings)), await portProblem(settings, orchestrator, all)]);
    return {};
  });
  const base = await step("Base images", (report) => baseImages(settings, report));
  const version = await appVersion(base);
  await step(`Build ${version}`, () => buildApp(settings, base, version));
  if (orchestrator.importImages)
    await step("Import", () => orchestrator.importImages!(settings, version, base));
  const target = {
    version,
    base,
    ...nextTarget(settings, version, options, await orchestrator.observe(settings)),
  };
  const { replicas, previous } = target;
  const act = () => orchestrator.apply(settings, target);
  const { url, notice } = await release(orchestrator, settings, steps, {
    name: "Deploy",
    version,
    replicas,
    act,
  });
  await step("Tidy up", async () => {
    await orchestrator.tidy(settings, [version, previous]);
    return pruneApp(settings, [version, previous]);
  });
  done(notice ? `${url}  ${notice}` : url);
}

/** What a deployment takes over from the one before it: scale and mode, unless the settings changed, and the history. */
export function nextTarget(
  settings: Settings,
  version: string,
  asked: OptionValues,
  before: Deployed | undefined,
) {
  const replicas = before?.replicasSetting === settings.replicas ? before.replicas : settings.replicas;
  const redis = before?.redisSetting === settings.redis ? before.redis : settings.redis;
  const same = before?.version === version;
  return {
    replicas: asked.replicas ?? replicas,
    redis: asked.redis ?? redis,
    redisSetting: settings.redis,
    replicasSetting: settings.replicas,
    previous: (same ? before.previous : before?.version) ?? "",
    since: same ? before.since : new Date().toISOString(),
  };
}
