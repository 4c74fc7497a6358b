import { randomBytes } from "node:crypto";
import { $ } from "zx/core";
import { engineInfo } from "../../host/docker.ts";
import { ensureSwarm } from "./membership.ts";
import { engineHostProblems, engineSteps } from "../engine-steps.ts";
import { hasIpvs } from "../../host/facts.ts";
import { ownAddress } from "../../host/own-address.ts";
import { portsProblems } from "../../host/port.ts";
import type { OptionValues } from "../../run/options.ts";
import type { Outcome, Step } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";

/** For the managers, and for the nodes' gossip (docs.docker.com, "Open protocols and ports between the hosts"). */
const PORTS = [2377, 7946];
/** What a host without a route announces: it is alone. */
const LOOPBACK = "127.0.0.1";

/** The secret that holds the Redis password. */
export const passwordSecret = (settings: Settings) => `${settings.name}_redis_password`;

/** What keeps this host from being provisioned. */
export async function hostProblems(): Promise<(string | undefined)[]> {
  const info = await engineInfo();
  return [
    ...(await engineHostProblems(info)),
    ...(info?.Swarm.ControlAvailable ? [] : await portsProblems(PORTS, "Swarm")),
  ];
}

/** From a bare machine to a Docker Swarm that can be deployed to. */
export async function provisionSteps(settings: Settings, { advertiseAddr }: OptionValues): Promise<Step[]> {
  return [
    ...engineSteps(settings),
    ["Swarm", () => ensureManager(advertiseAddr)],
    ["Redis password", () => ensurePassword(passwordSecret(settings))],
  ];
}

async function ensureManager(advertiseAddr: string | undefined): Promise<Outcome> {
  const address = advertiseAddr ?? (await ownAddress()) ?? LOOPBACK;
  const { changed, note } = await ensureSwarm(address);
  const door = (await hasIpvs()) ? "routing mesh" : "no IPVS: proxy in front";
  return { changed: changed ?? false, note: note ? `${note}, ${door}` : door };
}

async function ensurePassword(secret: string): Promise<Outcome> {
  if ((await $({ nothrow: true })`docker secret inspect ${secret}`).ok) return { changed: false };
  await $({ input: randomBytes(32).toString("hex") })`docker secret create ${secret} -`;
  return { changed: true, note: secret };
}
