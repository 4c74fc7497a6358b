import { $ } from "zx/core";
import type { Orchestrator } from "../../deployment/orchestrator.ts";
import { ownAddress } from "../../host/own-address.ts";
import type { Settings } from "../../run/settings.ts";
import { asRoot } from "../../run/shell.ts";
import { confinement, type Finding, secrecy } from "./checks.ts";
import { doorsOf, openPorts } from "./ports.ts";
import { confinedIn } from "./processes.ts";

/** Looks at how the deployment is shut in: its processes, the ports that are open, and who is told its password. */
export async function lookAtHardening(
  orchestrator: Orchestrator,
  settings: Settings,
  parts: readonly string[],
  door: number,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const secrets: string[] = [];
  let environment = "";
  for (const part of parts) {
    const containers = await orchestrator.containersOf(settings, part);
    findings.push(...confinement(part, (await Promise.all(containers.map(confinedIn))).flat()));
    for (const { pid } of containers) {
      secrets.push(...(await secretsOf(pid)));
      environment += (await $`${asRoot} cat /proc/${pid}/environ`).stdout;
    }
  }
  const { stdout: arguments_ } = await $`ps -ww -eo args`;
  const places = { ...(await orchestrator.disclosed(settings)), arguments: arguments_, environment };
  const address = await ownAddress();
  return [
    ...findings,
    ...(address === undefined ? [] : [doorsOf(address, door, await openPorts(address))]),
    ...secrecy([...new Set(secrets)], places),
  ];
}

/** What a container is given to know, each file of it; nothing where it is given none. */
async function secretsOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/root/run/secrets/`;
  const { stdout } = await $({ nothrow: true })`${asRoot} find ${folder} -type f -exec sed -n p {} +`;
  return stdout
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length > 7);
}
