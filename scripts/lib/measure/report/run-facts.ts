import { cpus, release, totalmem } from "node:os";
import { readFileSync } from "node:fs";
import { distribution } from "../../host/facts.ts";
import { ROOT } from "../../run/paths.ts";
import type { Settings } from "../../run/settings.ts";

/** How and where something was run. */
export interface RunFacts {
  /** As it would be typed. */
  command: string;
  /** Versions of the kit, and of Node. */
  kit: string;
  node: string;
  machine: {
    system: string;
    kernel: string;
    architecture: string;
    cores: number;
    processor?: string | undefined;
    /** Bytes. */
    memory: number;
  };
  /** deploy/settings.yaml, with what was said otherwise; what runs may be of other versions. */
  settings: Settings;
}

/** What run.json says beside the figures: enough to run it again, and to know where it ran. */
export function runFacts<More extends object>(
  command: string,
  settings: Settings,
  more: More,
): RunFacts & More {
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
