import { $ } from "zx/core";
import { requireDeployed } from "../../deployment/deployed.ts";
import type { Deployed, Orchestrator, Snapshot } from "../../deployment/orchestrator.ts";
import { MODES } from "../../deployment/redis-modes.ts";
import { type RedisSettings, redisSettings } from "../../deployment/redis/settings.ts";
import { askOf, serversOf } from "../../deployment/redis/whole.ts";
import { engineInfo } from "../../host/docker.ts";
import type { Settings } from "../../run/settings.ts";
import type { RedisMode } from "../../run/values.ts";
import type { Platform } from "../platform.ts";

/** A deployment as it was found; a version that was not to be had is "unknown". */
export interface SubjectFacts {
  name: Platform;
  /** Of the Docker engine or of k3s, as it says itself. */
  platformVersion: string;
  url: string;
  /** What stands in front of the replicas. */
  door: string;
  /** Of the counter's code. */
  version: string;
  replicas: number;
  /** Cores that one replica may use; 0 is no limit. */
  cpus: number;
  redis: { mode: RedisMode; version: string; settings: RedisSettings };
}

const VERSIONS: Record<Platform, () => Promise<string | undefined>> = {
  swarm: async () => (await engineInfo())?.ServerVersion,
  k3s: async () => {
    const path = "{.items[0].status.nodeInfo.kubeletVersion}";
    return (await $({ nothrow: true })`kubectl get nodes --output jsonpath=${path}`).stdout.trim();
  },
};

/** What tells a deployment from another of its size. Throws a Failure (refused) where there is none. */
export async function subjectFacts(orchestrator: Orchestrator, settings: Settings): Promise<SubjectFacts> {
  const { name } = orchestrator;
  const deployed = await requireDeployed(orchestrator, settings);
  const { url, version, replicas, cpus, redis: mode, redisWait } = deployed;
  const ask = askOf(orchestrator, settings, version);
  const [platformVersion, door, own, [about]] = await Promise.all([
    VERSIONS[name](),
    orchestrator.snapshot(settings).then((snapshot) => doorOf(name, deployed, snapshot)),
    redisSettings(ask, MODES[mode], redisWait),
    ask(serversOf(mode)[0]!, ["info", "server"]),
  ]);
  return {
    name,
    platformVersion: platformVersion || "unknown",
    url,
    door,
    version,
    replicas,
    cpus,
    redis: { mode, version: redisVersion(about), settings: own },
  };
}

/** What stands in front of the replicas: the stack has a proxy where Swarm's mesh does not work. */
export function doorOf(name: Platform, { notice }: Pick<Deployed, "notice">, { parts }: Snapshot): string {
  if (name === "swarm") return parts["proxy"] ? "proxy" : "mesh";
  return notice === undefined ? "load balancer" : "the Service's own address";
}

/** The version in what Redis or Valkey answers to INFO server; Valkey says an old Redis', too, for its clients. */
export const redisVersion = (text = "") =>
  (/^valkey_version:\S+/m.exec(text) ?? /^redis_version:\S+/m.exec(text))?.[0].replace("_version:", " ") ??
  "unknown";
