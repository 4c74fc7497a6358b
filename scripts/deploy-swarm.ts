#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Builds the counter's image, deploys it to Docker Swarm and verifies it through the front door. If that fails,
// the version before serves on (exit code 4).
//
//   make deploy-swarm
//   scripts/deploy-swarm.ts --replicas=2 --port=8080

import { servingVersion, urlOf } from "./lib/front-door.ts";
import { refuse } from "./lib/host.ts";
import { appVersion, buildApp, pruneApp } from "./lib/app-image.ts";
import { baseImages } from "./lib/images.ts";
import { orchestrator } from "./lib/choose.ts";
import type { Deployed, Target } from "./lib/orchestrator.ts";
import { type Outcome, progress } from "./lib/progress.ts";
import { release } from "./lib/release.ts";
import { replicasOption, type Settings } from "./lib/settings.ts";
import { verb } from "./lib/verb.ts";

process.exitCode = await verb(
  {
    name: "deploy-swarm",
    summary: "Builds, deploys and verifies the counter on Docker Swarm.",
    options: ["replicas", "port", "baseImages"],
    example: "make deploy-swarm REPLICAS=2 PORT=8080",
    exclusive: true,
    serving: ({ port }) => servingVersion(port),
  },
  async ({ settings, options }) => {
    const replicas = replicasOption(options);
    const steps = progress(`Deploy ${settings.name} to swarm`, 7);
    const { step, done } = steps;
    await step("Preflight", () => preflight(settings));
    const base = await step("Base images", (tell) => baseImages(settings, tell));
    const version = await appVersion(base);
    await step(`Build ${version}`, () => buildApp(settings, base, version));
    const before = await orchestrator.observe(settings);
    const target = { version, base, ...carryOver(settings, version, replicas, before) };
    const change = () => orchestrator.apply(settings, target);
    await release(settings, steps, { name: "Deploy", version, replicas: target.replicas, change });
    await step("Tidy up", () => tidy(settings, target));
    done(urlOf(settings.port));
  },
);

async function preflight(settings: Settings): Promise<Outcome> {
  refuse(await orchestrator.problems(settings));
  return {};
}

/** What a deployment takes over from the one before it: the scale, unless the settings changed, and the history. */
function carryOver(
  settings: Settings,
  version: string,
  wanted: number | undefined,
  before: Deployed | undefined,
) {
  const stays = before?.replicasSetting === settings.replicas;
  const same = before?.version === version;
  return {
    replicas: wanted ?? (stays ? before.replicas : settings.replicas),
    replicasSetting: settings.replicas,
    previous: (same ? before.previous : before?.version) ?? "",
    since: same ? before.since : new Date().toISOString(),
  };
}

async function tidy(settings: Settings, { version, previous }: Target): Promise<Outcome> {
  await orchestrator.tidy(settings);
  return pruneApp(settings, [version, previous]);
}
