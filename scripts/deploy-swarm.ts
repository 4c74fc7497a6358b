#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Builds the counter's image, deploys it to Docker Swarm and verifies it through the front door. If that fails,
// the version before serves on (exit code 4).
//
//   make deploy-swarm
//   scripts/deploy-swarm.ts --replicas=2 --port=8080

import { servingVersion, urlOf } from "./lib/front-door.ts";
import { appVersion, buildApp } from "./lib/app-image.ts";
import { baseImages } from "./lib/images.ts";
import { progress } from "./lib/progress.ts";
import { carryOver, preflight, release, tidy } from "./lib/release.ts";
import { replicasOption } from "./lib/settings.ts";
import * as swarm from "./lib/swarm.ts";
import { verb } from "./lib/verb.ts";

process.exitCode = await verb(
  {
    name: "deploy-swarm",
    summary: "Builds, deploys and verifies the counter on Docker Swarm.",
    options: ["replicas", "port", "baseImages"],
    example: "make deploy-swarm REPLICAS=2 PORT=8080",
    exclusive: true,
    serving: ({ port }) => servingVersion(urlOf(port)),
  },
  async ({ settings, options }) => {
    const replicas = replicasOption(options);
    const steps = progress(`Deploy ${settings.name} to swarm`, 7);
    const { step, done } = steps;
    await step("Preflight", () => preflight(swarm, settings));
    const base = await step("Base images", (tell) => baseImages(settings, tell));
    const version = await appVersion(base);
    await step(`Build ${version}`, () => buildApp(settings, base, version));
    const before = await swarm.observe(settings);
    const target = { version, base, ...carryOver(settings, version, replicas, before) };
    const change = () => swarm.apply(settings, target);
    const url = await release(swarm, settings, steps, {
      name: "Deploy",
      version,
      replicas: target.replicas,
      change,
    });
    await step("Tidy up", () => tidy(swarm, settings, target));
    done(url);
  },
);
