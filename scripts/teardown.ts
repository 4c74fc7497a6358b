#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Removes the deployment. The counter's data stays, unless it is purged; so do the images and what provision made.
//
//   make teardown YES=1
//   scripts/teardown.ts --purge

import { createInterface } from "node:readline/promises";
import { EXIT, Failure } from "./lib/run/failure.ts";
import { removeImages } from "./lib/images/app.ts";
import { choose } from "./lib/deployment/choose.ts";
import { progress } from "./lib/run/progress.ts";
import { verb } from "./lib/run/verb.ts";

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
    const what = purge ? `with its data, its images and ${platform}` : "(its data stays)";
    if (!options.yes) await ask(`Remove ${settings.name} from ${platform} ${what}? [y/N] `);
    const { step, done } = progress(`Remove ${settings.name} from ${platform}`, purge ? 3 : 1);
    await step("Deployment", () => orchestrator.remove(settings, { purge }));
    if (purge) {
      await step("Images", () => removeImages(settings));
      await step(platform, () => orchestrator.unprovision());
    }
    done();
  },
);

async function ask(question: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new Failure("there is no terminal to ask on", { code: EXIT.usage, hint: "make teardown YES=1" });
  }
  using terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(question);
  if (!/^y(es)?$/i.test(answer))
    throw new Failure("not confirmed, nothing was changed", { code: EXIT.refused });
}
