import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { $ } from "zx/core";
import { ROOT } from "../../run/paths.ts";
import type { BaseImages } from "../../images/base.ts";
import { imageId } from "../../images/build.ts";
import type { Settings } from "../../run/settings.ts";
import type { RedisMode } from "../../run/values.ts";
import type { Target } from "../orchestrator.ts";
import { MODES } from "../redis-modes.ts";
import { redisEnv } from "../redis/env.ts";
import { EXTERNAL, externalFiles, markOf } from "../redis/external.ts";

/** Where the stack's files are. */
const DIR = `${ROOT}deploy/swarm`;
const REDIS = `${ROOT}deploy/redis`;
const CONTAINER = `${ROOT}deploy/container`;
/** Where the password is in every container that has it. */
export const PASSWORD_FILE = "/run/secrets/redis_password";
const MOST_FILES = 65536;
/** Of the cores, for the proxy: under increments it took a fifth to a quarter of what all parts took together. */
const PROXY_SHARE = 0.25;

/** The variables of the manifests in deploy/swarm/. */
export async function stackVariables(settings: Settings, target: Target): Promise<Record<string, string>> {
  return {
    ...(await redisVariables(settings, target.redis, target.base)),
    IMAGE: `${settings.image}:${target.version}`,
    VERSION: target.version,
    PREVIOUS: target.previous,
    SINCE: target.since,
    REPLICAS: String(target.replicas),
    REPLICAS_SETTING: String(target.replicasSetting),
    SCALED: target.scaled,
    PORT: String(settings.port),
    CPUS: String(settings.resources.cpus),
    MEMORY: String(settings.resources.memory),
    PROXY_IMAGE: target.base.proxy,
    REDIS_MODE: target.redis,
    REDIS_SETTING: target.redisSetting,
    REDIS_WAIT: String(target.redisWait),
    REDIS_WAIT_SETTING: String(target.redisWaitSetting),
    ...redisEnv(settings, target.redis, PLACES),
    ...(target.redis === EXTERNAL && secretVariables(settings)),
    PROXY_CONFIG_HASH: hashOf(`${DIR}/haproxy.cfg`),
    PROXY_THREADS: String(Math.max(1, Math.floor(cpus().length * PROXY_SHARE))),
  };
}

const PLACES = { password: PASSWORD_FILE, external: (name: string) => `/run/secrets/${secretOf(name)}` };
const secretOf = (name: string) => `external_${name.replaceAll("-", "_")}`;

/** The names of the secrets in redis/external/. */
const secretVariables = (settings: Settings): Record<string, string> =>
  Object.fromEntries(
    externalSecrets(settings).map(({ file, secret }) => [secretOf(file.name).toUpperCase(), secret]),
  );

/** The files of an external Redis, and what Swarm calls each: a secret cannot change, so another has another name. */
export const externalSecrets = (settings: Settings) =>
  externalFiles(settings).map((file) => ({
    file,
    secret: `${settings.name}_${secretOf(file.name)}_${markOf(file)}`,
  }));

/**
 * The files in redis/ of a mode. A secret that was not given has no file: the engine's client leaves secrets of one name in
 * any order, and another order would be another definition.
 */
export const redisFiles = (settings: Settings, mode: RedisMode): string[] => [
  `redis/${mode}`,
  ...(mode === EXTERNAL ? externalFiles(settings).map(({ name }) => `redis/${EXTERNAL}/${name}`) : []),
];

/** Those of shared.yaml and the files in redis/. */
export async function redisVariables(
  { name }: Settings,
  mode: RedisMode,
  base: BaseImages,
): Promise<Record<string, string>> {
  const hashes = MODES[mode].files.map((file) => [hashName(file), hashOf(`${REDIS}/${file}`)]);
  return {
    NAME: name,
    REDIS_IMAGE: base.redis,
    NOFILE: await openFiles(),
    KEEP_RUNNING_HASH: hashOf(`${CONTAINER}/keep-running.sh`),
    HEALTH_HASH: hashOf(`${CONTAINER}/health.sh`),
    ...Object.fromEntries(hashes),
  };
}

/**
 * Open files for each process: an engine without CAP_SYS_RESOURCE cannot give more than it has. What the process that
 * deploys may open says nothing of the engine.
 */
async function openFiles(): Promise<string> {
  const { stdout } = await $({ nothrow: true })`cat /proc/$(pidof -s dockerd)/limits`;
  const [, hard] = /^Max open files +\S+ +(\d+)/m.exec(stdout) ?? [];
  return String(Math.min(MOST_FILES, Number(hard) || MOST_FILES));
}

/** What the manifests call the hash of a file of deploy/redis/, which makes its configuration's name one of its own. */
const hashName = (file: string) => `${file.toUpperCase().replaceAll(/[^A-Z]/g, "_")}_HASH`;

const hashOf = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 12);

/** Those of the variables that name an image, with its ID in place of the name. */
async function imagesById(variables: Record<string, string>): Promise<Record<string, string>> {
  const images = Object.entries(variables).filter(([name]) => name.endsWith("IMAGE"));
  return Object.fromEntries(
    await Promise.all(images.map(async ([name, image]) => [name, await imageId(image)] as const)),
  );
}

/** Deploys files of the stack. The first has to be the one in deploy/swarm/ itself: the paths in all begin there. */
export async function deployStack(
  settings: Settings,
  names: readonly string[],
  variables: Record<string, string>,
  flags: readonly string[] = [],
): Promise<void> {
  const files = names.flatMap((name) => ["--compose-file", `${DIR}/${name}.yaml`]);
  const env = { ...process.env, ...variables, ...(await imagesById(variables)) };
  await $({ env })`docker stack deploy ${flags} --resolve-image never ${files} ${settings.name}`;
}
