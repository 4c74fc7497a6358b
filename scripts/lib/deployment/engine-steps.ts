import { $ } from "zx/core";
import { type EngineInfo, engineProblems, ensureEngine } from "../host/docker.ts";
import { distribution, kernelProblem, privilegeProblem, sizeProblems } from "../host/facts.ts";
import { aptInstall } from "../host/apt.ts";
import type { Step } from "../run/progress.ts";
import type { Settings } from "../run/settings.ts";

/** What keeps a Docker engine from being installed, or the one that is here from serving. */
export async function engineHostProblems(info: EngineInfo | undefined): Promise<(string | undefined)[]> {
  const { name, apt } = distribution();
  return [
    await privilegeProblem(),
    info || apt
      ? undefined
      : `${name} is neither Debian nor Ubuntu: install Docker Engine 20.10 or later yourself`,
    await kernelProblem(),
    ...sizeProblems(info?.DockerRootDir ?? "/var/lib/docker", info ? 1 : 3),
    ...(info ? engineProblems(info) : []),
  ];
}

/** The engine that builds the images, and what makes base images where no registry answers. */
export function engineSteps(settings: Settings): Step[] {
  return [
    ["Docker engine", () => ensureEngine(toolsFor(settings))],
    ["Tools for base images", () => ensureTools(settings)],
  ];
}

const toolsFor = ({ baseImages }: Settings) => (baseImages === "registry" ? [] : ["mmdebstrap"]);

async function ensureTools(settings: Settings) {
  const tools = toolsFor(settings);
  const there = (await $({ nothrow: true })`command -v mmdebstrap`).ok;
  if (there || tools.length === 0 || !distribution().apt) return { changed: false };
  await aptInstall(tools);
  return { changed: true, note: tools.join(", ") };
}
