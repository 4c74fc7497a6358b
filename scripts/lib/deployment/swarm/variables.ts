import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { $ } from "zx/core";
import { ROOT } from "../../run/paths.ts";
import type { Settings } from "../../run/settings.ts";
import type { Target } from "../orchestrator.ts";
import { MODES } from "../redis-modes.ts";

/** Where the stack's files are. */
export const DIR = `${ROOT}deploy/swarm`;
const REDIS = `${ROOT}deploy/redis`;
const MOST_FILES = 65536;
/** Of the cores, for the proxy: under increments it took a fifth to a quarter of what all parts took together. */
const PROXY_SHARE = 0.25;

/** The variables of the manifests in deploy/swarm/. */
export async function stackVariables(settings: Settings, target: Target): Promise<Record<string, string>> {
  return {
    NAME: settings.name,
    IMAGE: `${settings.image}:${target.version}`,
    VERSION: target.version,
    PREVIOUS: target.previous,
    SINCE: target.since,
    REPLICAS: String(target.replicas),
    REPLICAS_SETTING: String(target.replicasSetting),
    PORT: String(settings.port),
    CPUS: String(settings.resources.cpus),
    MEMORY: String(settings.resources.memory),
    REDIS_IMAGE: target.base.redis,
    PROXY_IMAGE: target.base.proxy,
    REDIS_MODE: target.redis,
    REDIS_SETTING: target.redisSetting,
    PROXY_CONFIG_HASH: hashOf(`${DIR}/haproxy.cfg`),
    PROXY_THREADS: String(Math.max(1, Math.floor(availableParallelism() * PROXY_SHARE))),
    NOFILE: await openFiles(),
    ...Object.fromEntries(
      MODES[target.redis].files.map((file) => [hashName(file), hashOf(`${REDIS}/${file}`)]),
    ),
  };
}

/** Open files for each process: an engine without CAP_SYS_RESOURCE cannot give more than the host allows. */
async function openFiles(): Promise<string> {
  const { stdout } = await $`ulimit -Hn`;
  return String(Math.min(MOST_FILES, Number(stdout) || MOST_FILES));
}

/** What the manifests call the hash of a file of deploy/redis/, which makes its configuration's name one of its own. */
const hashName = (file: string) => `${file.toUpperCase().replaceAll(/[^A-Z]/g, "_")}_HASH`;

const hashOf = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 12);
