#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Puts the version before, or any whose image is still kept, in the place of the one that runs.
//
//   make rollback
//   scripts/rollback.ts --version=3f2c1a9b04de

import { EXIT, Failure } from "./lib/run/failure.ts";
import { choose } from "./lib/deployment/choose.ts";
import type { Deployed } from "./lib/deployment/orchestrator.ts";
import { progress } from "./lib/run/progress.ts";
import { requireDeployed, serving } from "./lib/deployment/deployed.ts";
import { release } from "./lib/deployment/release.ts";
import { verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "rollback",
    summary: "Goes back to the version before, or to any whose image is still kept.",
    options: ["version", "orchestrator"],
    example: "make rollback VERSION=3f2c1a9b04de",
    exclusive: true,
    serving: async ({ settings, options }) => serving(await choose(options), settings),
  },
  async ({ settings, options }) => {
    const orchestrator = await choose(options);
    const deployed = await requireDeployed(orchestrator, settings);
    const version = pick(await orchestrator.kept(settings), deployed, options.version);
    const { replicas } = deployed;
    const steps = progress(`Roll ${settings.name} back from ${deployed.version} to ${version}`, 3);
    const act = async () =>
      version === deployed.version ? {} : orchestrator.switchTo(settings, version, deployed.version);
    const { url } = await release(orchestrator, settings, steps, {
      name: "Roll back",
      version,
      replicas,
      act,
    });
    steps.done(url);
  },
);

/** The version to go to. Throws a Failure (refused) when there is none, or its image is gone. */
function pick(kept: string[], { previous }: Deployed, asked = previous): string {
  if (kept.includes(asked)) return asked;
  const what = asked ? `version ${asked} is not kept` : "there is no version before this one";
  throw new Failure(what, { code: EXIT.refused, lines: kept.map((version) => `kept: ${version}`) });
}
