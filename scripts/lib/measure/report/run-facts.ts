import { cpus, release, totalmem } from "node:os";
import { readFileSync } from "node:fs";
import { distribution } from "../../host/facts.ts";
import { ROOT } from "../../run/paths.ts";
import type { Settings } from "../../run/settings.ts";

/** What run.json says beside the figures: enough to run it again, and to know where it ran. */
export function runFacts(command: string, settings: Settings, more: object): object {
  const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as { version: string };
  const processors = cpus();
  return {
    command,
    ...more,
    kit: version,
    node: process.versions.node,
    machine: {
      system: distribution().name,
      kernel: release(),
      architecture: process.arch,
      cores: processors.length,
      processor: processors[0]?.model,
      memory: totalmem(),
    },
    settings,
  };
}
