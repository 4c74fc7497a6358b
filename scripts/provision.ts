#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// From a bare machine to a Docker Swarm that the counter can be deployed to: installs the distribution's engine
// unless one runs, starts it, initialises Swarm, makes the Redis password. Changes nothing that is right already.
//
//   make provision
//   scripts/provision.ts --advertise-addr=10.0.0.5

import { randomBytes } from "node:crypto";
import { $ } from "zx/core";
import { engineInfo, engineProblems, ensureEngine, ensureSwarm } from "./lib/engine.ts";
import {
  aptInstall,
  defaultAddress,
  distribution,
  hasIpvs,
  kernelProblem,
  listener,
  privilegeProblem,
  refuse,
  sizeProblems,
} from "./lib/host.ts";
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
    summary: "Installs and starts Docker, initialises Swarm, makes the Redis password.",
    options: ["advertiseAddr", "port", "baseImages"],
    example: "make provision ADVERTISE_ADDR=10.0.0.5",
    exclusive: true,
  },
  async ({ settings, options }) => {
    const { step, done } = progress("Provision Docker Swarm", 5);
    await step("Preflight", () => preflight(settings));
    await step("Docker engine", ensureEngine);
    await step("Tools for base images", () => ensureTools(settings));
    await step("Swarm", async () => ensureSwarm(options.advertiseAddr ?? (await defaultAddress())));
    await step("Redis password", () => ensurePassword(passwordSecret(settings)));
    done();
  },
);

async function preflight(settings: Settings): Promise<Outcome> {
  const info = await engineInfo();
  const { name, apt } = distribution();
  refuse([
    await privilegeProblem(),
    info || apt
      ? undefined
      : `${name} is neither Debian nor Ubuntu: install Docker Engine 20.10 or later yourself`,
    await kernelProblem(),
    ...sizeProblems(info?.DockerRootDir ?? "/var/lib/docker", info ? 1 : 3),
    ...(info ? engineProblems(info) : []),
    await portProblem(settings),
    ...(info?.Swarm.ControlAvailable ? [] : await Promise.all(SWARM_PORTS.map(swarmPortProblem))),
  ]);
  return { note: `${name}, ${(await hasIpvs()) ? "routing mesh" : "no IPVS: proxy in front"}` };
}

async function swarmPortProblem(port: number): Promise<string | undefined> {
  const holder = await listener(port);
  return holder && `port ${port}, which Swarm needs, is held by ${holder}`;
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
