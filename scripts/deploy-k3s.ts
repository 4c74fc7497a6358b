#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Builds the counter's image, imports it into k3s, deploys it and verifies it through the front door. If that fails,
// the version before serves on (exit code 4).
//
//   make deploy-k3s
//   scripts/deploy-k3s.ts --replicas=2 --port=8080

import { servingVersion, urlOf } from "./lib/front-door.ts";
import { appVersion, buildApp } from "./lib/app-image.ts";
import { baseImages } from "./lib/images.ts";
import * as k3s from "./lib/k3s.ts";
import { progress } from "./lib/progress.ts";
import { carryOver, preflight, release, tidy } from "./lib/release.ts";
import { replicasOption } from "./lib/settings.ts";
import { verb } from "./lib/verb.ts";

process.exitCode = await verb(
  {
    name: "deploy-k3s",
    summary: "Builds, imports, deploys and verifies the counter on k3s.",
    options: ["replicas", "port", "baseImages"],
    example: "make deploy-k3s REPLICAS=2 PORT=8080",
    exclusive: true,
    serving: ({ port }) => servingVersion(urlOf(port)),
  },
  async ({ settings, options }) => {
    const replicas = replicasOption(options);
    const steps = progress(`Deploy ${settings.name} to k3s`, 8);
    const { step, done } = steps;
    await step("Preflight", () => preflight(k3s, settings));
    const base = await step("Base images", (tell) => baseImages(settings, tell));
    const version = await appVersion(base);
    await step(`Build ${version}`, () => buildApp(settings, base, version));
    await step("Import", () => k3s.importImages(settings, version, base));
    const before = await k3s.observe(settings);
    const target = { version, base, ...carryOver(settings, version, replicas, before) };
    const change = () => k3s.apply(settings, target);
    const url = await release(k3s, settings, steps, {
      name: "Deploy",
      version,
      replicas: target.replicas,
      change,
    });
    await step("Tidy up", () => tidy(k3s, settings, target));
    done(url);
  },
);
