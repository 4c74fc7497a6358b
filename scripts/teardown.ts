#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Removes the deployment. The counter's data stays, unless it is purged; so do the images and what provision made.
//
//   make teardown YES=1
//   scripts/teardown.ts --purge

import { confirm } from "./lib/run/confirm.ts";
import { removeImages } from "./lib/images/app.ts";
import { choose } from "./lib/deployment/choose.ts";
import type { Neighbour } from "./lib/deployment/orchestrator.ts";
import { type Outcome, progress } from "./lib/run/progress.ts";
import { verb } from "./lib/run/verb.ts";

/** What others use stays. Undefined where nobody does. */
const leftTo = (others: Neighbour[]): Outcome | undefined =>
  others.length === 0
    ? undefined
    : { changed: false, note: `left to ${others.map(({ name }) => name).join(", ")}` };

process.exitCode = await verb(
  {
    name: "teardown",
    summary: "Removes the deployment; its data, images and what provision made only with --purge.",
    options: ["yes", "purge", "orchestrator"],
    example: "make teardown YES=1 PURGE=1",
    exclusive: true,
  },
  async ({ settings, options }) => {
    const { purge = false } = options;
    const orchestrator = await choose(options);
    const { platform } = orchestrator;
    const what = purge
      ? `with its data and, as far as nothing else uses them, its images and the ${platform} that this kit made`
      : "(its data stays)";
    if (!options.yes)
      await confirm(`Remove ${settings.name} from ${platform} ${what}?`, "make teardown YES=1");
    const { step, done } = progress(`Remove ${settings.name} from ${platform}`, purge ? 3 : 1);
    await step("Deployment", () => orchestrator.remove(settings, { purge }));
    if (purge) {
      const others = await orchestrator.neighbours(settings);
      const sharing = others.filter(({ ours }) => ours);
      await step("Images", async () => leftTo(sharing) ?? removeImages(settings));
      await step(platform, async () => leftTo(others) ?? orchestrator.unprovision());
    }
    done();
  },
);
