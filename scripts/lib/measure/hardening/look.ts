import { $ } from "zx/core";
import type { Container } from "../../deployment/orchestrator.ts";
import { baseImages } from "../../images/base.ts";
import { asRoot } from "../../run/shell.ts";
import { processesOf } from "../faults.ts";
import type { Stage } from "../prove/stage.ts";
import { confinement, type Finding, secrecy } from "./checks.ts";
import { contentsOfImages } from "./images.ts";
import { lookAtPorts } from "./listeners.ts";
import { lookAtOtherSites } from "./other-sites.ts";
import { confinedIn } from "./processes.ts";

/** Looks at how the deployment is shut in: its processes, the ports that are open, and who is told its password. */
export async function lookAtHardening(stage: Omit<Stage, "versions">): Promise<Finding[]> {
  const { orchestrator, settings, deployed, report } = stage;
  const findings: Finding[] = [];
  const all: Container[] = [];
  for (const part of Object.keys(stage.containers)) {
    const containers = await orchestrator.containersOf(settings, part);
    findings.push(...confinement(part, (await Promise.all(containers.map(confinedIn))).flat()));
    all.push(...containers);
  }
  const secrets = [...new Set((await Promise.all(all.map(secretsOf))).flat())];
  const before = await environmentsIn(all);
  findings.push(...(await lookAtPorts(orchestrator, settings, deployed)), await lookAtOtherSites(stage.door));
  const { node, redis, proxy } = await baseImages(settings, report);
  const images = [`${settings.image}:${deployed.version}`, node, redis, proxy];
  const contents = await contentsOfImages(images, secrets);
  const { stdout: arguments_ } = await $`ps -ww -eo args`;
  const places = {
    ...(await orchestrator.disclosed(settings)),
    arguments: arguments_,
    environment: lasting(before, await environmentsIn(all)),
  };
  return [...findings, ...secrecy(secrets, places), contents];
}

/**
 * What stands in the environment of the processes that were there both times. What a healthcheck of Redis runs is told the
 * password so, and has ended in between.
 */
const lasting = (before: Map<number, string>, after: Map<number, string>): string =>
  [...after]
    .filter(([pid, text]) => before.get(pid) === text)
    .map(([, text]) => text)
    .join("\n");

/** What a container is given to know, each file of it; nothing where it is given none. */
async function secretsOf({ pid }: Container): Promise<string[]> {
  const folder = `/proc/${pid}/root/run/secrets/`;
  const { stdout } = await $({ nothrow: true })`${asRoot} find ${folder} -type f -exec sed -n p {} +`;
  return stdout
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length > 7);
}

/** The environment of each process in these containers, by its number. */
async function environmentsIn(containers: Container[]): Promise<Map<number, string>> {
  const pids = (await Promise.all(containers.map(processesOf))).flat();
  const texts = pids.map(async (pid) => {
    const { stdout } = await $({ nothrow: true, quiet: true })`${asRoot} cat /proc/${pid}/environ`;
    return [pid, stdout] as const;
  });
  return new Map(await Promise.all(texts));
}
