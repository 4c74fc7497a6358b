#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Puts the version before, or any whose image is still kept, in the place of the one that runs.
//
//   make rollback
//   scripts/rollback.ts --version=3f2c1a9b04de

import { EXIT, Failure } from "./lib/failure.ts";
import { servingVersion, urlOf } from "./lib/front-door.ts";
import { choose } from "./lib/choose.ts";
import type { Deployed } from "./lib/orchestrator.ts";
import { progress } from "./lib/progress.ts";
import { release } from "./lib/release.ts";
import { verb } from "./lib/verb.ts";

process.exitCode = await verb(
  {
    name: "rollback",
    summary: "Goes back to the version before, or to any whose image is still kept.",
    options: ["version"],
    example: "make rollback VERSION=3f2c1a9b04de",
    exclusive: true,
    serving: ({ port }) => servingVersion(urlOf(port)),
  },
  async ({ settings, options }) => {
    const orchestrator = await choose();
    const deployed = await orchestrator.observe(settings);
    if (!deployed)
      throw new Failure(`${settings.name} is not deployed`, { code: EXIT.refused, hint: "make up" });
    const version = pick(await orchestrator.kept(settings), deployed, options.version);
    const { replicas } = deployed;
    const steps = progress(`Roll ${settings.name} back from ${deployed.version} to ${version}`, 3);
    const change = async () => {
      if (version === deployed.version) return { changed: false, replaced: [], undoable: [], known: [] };
      return orchestrator.switchTo(settings, version, deployed.version);
    };
    steps.done(
      await release(orchestrator, settings, steps, { name: "Roll back", version, replicas, change }),
    );
  },
);

/** The version to go to. Throws a Failure (refused) when there is none, or its image is gone. */
function pick(kept: string[], { previous }: Deployed, asked = previous): string {
  if (kept.includes(asked)) return asked;
  const what = asked ? `version ${asked} is not kept` : "there is no version before this one";
  throw new Failure(what, { code: EXIT.refused, lines: kept.map((version) => `kept: ${version}`) });
}
