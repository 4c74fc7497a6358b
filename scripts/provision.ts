#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// From a bare machine to one that the counter can be deployed to: installs the distribution's engine unless one runs,
// and initialises Docker Swarm or installs k3s. Changes nothing that is right already.
//
//   make provision
//   scripts/provision.ts --advertise-addr=10.0.0.5
//   scripts/provision.ts --orchestrator=k3s --k3s-artifacts=/media/k3s

import { randomBytes } from "node:crypto";
import { $ } from "zx/core";
import { orchestratorName } from "./lib/choose.ts";
import { engineInfo, engineProblems, ensureEngine, ensureSwarm } from "./lib/engine.ts";
import {
  aptInstall,
  defaultAddress,
  distribution,
  hasIpvs,
  kernelProblem,
  portsProblems,
  privilegeProblem,
  refuse,
  sizeProblems,
} from "./lib/host.ts";
import { artifacts } from "./lib/k3s/artifacts.ts";
import { ensureK3s, ensureKubeconfig, installed, ready } from "./lib/k3s/install.ts";
import { hostProblems } from "./lib/k3s/preflight.ts";
import type { OptionValues } from "./lib/options.ts";
import { portProblem } from "./lib/port.ts";
import { type Outcome, progress } from "./lib/progress.ts";
import type { Settings } from "./lib/settings.ts";
import { passwordSecret } from "./lib/swarm.ts";
import { verb } from "./lib/verb.ts";

/** For the managers, and for the nodes' gossip (docs.docker.com, "Open protocols and ports between the hosts"). */
const SWARM_PORTS = [2377, 7946];

process.exitCode = await verb(
  {
    name: "provision",
    summary: "Installs and starts Docker, and initialises Swarm or installs k3s.",
    options: ["orchestrator", "advertiseAddr", "k3sArtifacts", "port", "baseImages"],
    example: "make provision ORCHESTRATOR=k3s",
    exclusive: true,
  },
  async ({ settings, options }) => {
    const name = await orchestratorName(options);
    await (name === "k3s" ? provisionK3s(settings, options) : provisionSwarm(settings, options));
  },
);

async function provisionSwarm(settings: Settings, options: OptionValues): Promise<void> {
  const { step, done } = progress("Provision Docker Swarm", 5);
  await step("Preflight", async () => {
    const info = await engineInfo();
    refuse([
      ...(await engineHostProblems(info)),
      await portProblem(settings, "swarm"),
      ...(info?.Swarm.ControlAvailable ? [] : await portsProblems(SWARM_PORTS, "Swarm")),
    ]);
    return {
      note: `${distribution().name}, ${(await hasIpvs()) ? "routing mesh" : "no IPVS: proxy in front"}`,
    };
  });
  await step("Docker engine", ensureEngine);
  await step("Tools for base images", () => ensureTools(settings));
  await step("Swarm", async () => ensureSwarm(options.advertiseAddr ?? (await defaultAddress())));
  await step("Redis password", () => ensurePassword(passwordSecret(settings)));
  done();
}

async function provisionK3s(settings: Settings, { k3sArtifacts }: OptionValues): Promise<void> {
  const { step, done } = progress("Provision k3s", 7);
  const here = await installed();
  await step("Preflight", async () => {
    refuse([
      ...(await engineHostProblems(await engineInfo())),
      ...(await hostProblems(settings, here)),
      await portProblem(settings, "k3s"),
    ]);
    return { note: distribution().name };
  });
  const files = await step("k3s files", (tell) => artifacts(settings, here, k3sArtifacts, tell));
  await step("Docker engine", ensureEngine);
  await step("Tools for base images", () => ensureTools(settings));
  await step("k3s", () => ensureK3s(settings, here, files));
  await step("Node and DNS", () => ready(settings));
  await step("Kubeconfig", ensureKubeconfig);
  done();
}

/** What keeps a Docker engine from being installed, or the one that is here from serving. */
async function engineHostProblems(
  info: Awaited<ReturnType<typeof engineInfo>>,
): Promise<(string | undefined)[]> {
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

/** Without a registry the base images are made from the distribution's packages. */
async function ensureTools(settings: Settings): Promise<Outcome> {
  const there = (await $({ nothrow: true })`command -v mmdebstrap`).ok;
  if (there || settings.baseImages === "registry" || !distribution().apt) return { changed: false };
  await aptInstall(["mmdebstrap"]);
  return { changed: true, note: "mmdebstrap" };
}

async function ensurePassword(secret: string): Promise<Outcome> {
  if ((await $({ nothrow: true })`docker secret inspect ${secret}`).ok) return { changed: false };
  await $({ input: randomBytes(32).toString("hex") })`docker secret create ${secret} -`;
  return { changed: true, note: secret };
}
