import { readFile } from "node:fs/promises";
import { $ } from "zx/core";
import type { BaseImages } from "../../images/base.ts";
import type { Settings } from "../../run/settings.ts";
import type { RedisMode } from "../../run/values.ts";
import { MODES } from "../redis-modes.ts";
import { services } from "./state.ts";
import { deployStack, externalSecrets, PASSWORD_FILE, redisVariables } from "./stack.ts";

/** In a container of Redis: redis-cli with the password. -e lets it fail where Redis refuses. */
const CLI = `REDISCLI_AUTH=$(cat ${PASSWORD_FILE}) exec timeout 2 redis-cli -e "$@"`;

/** Asks for the parts of a mode beside what runs. */
export async function startRedis(settings: Settings, mode: RedisMode, base: BaseImages): Promise<void> {
  await deployStack(settings, ["shared", `redis/${mode}`], await redisVariables(settings, mode, base));
}

/** Removes the parts of a mode; their volumes stay. */
export async function removeRedis(settings: Settings, mode: RedisMode): Promise<void> {
  const { servers, sentinels } = MODES[mode];
  const there = await services(settings.name);
  const names = [...servers, ...sentinels].flatMap((part) => there.get(part)?.Spec.Name ?? []);
  if (names.length > 0) await $`docker service rm ${names}`;
}

/** Gives Swarm the files of an external Redis, as far as it has not got them. `docker stack rm` removes them again. */
export async function ensureExternalSecrets(settings: Settings): Promise<void> {
  const label = `com.docker.stack.namespace=${settings.name}`;
  for (const { file, secret } of externalSecrets(settings)) {
    if ((await $({ nothrow: true })`docker secret inspect ${secret}`).ok) continue;
    await $({ input: await readFile(file.path) })`docker secret create --label ${label} ${secret} -`;
  }
}

/** Asks each container of a part that runs on this host, the lowest slot first. What does not answer is left out. */
export async function askRedis(
  settings: Settings,
  part: string,
  command: readonly string[],
): Promise<string[]> {
  const name = `label=com.docker.swarm.service.name=${settings.name}_${part}`;
  const { stdout } =
    await $`docker ps --filter ${name} --filter status=running --format '{{.Names}} {{.ID}}'`;
  const ids = stdout.split("\n").filter(Boolean).toSorted();
  const run = $({ nothrow: true });
  const answers = await Promise.all(
    ids.map((line) => run`docker exec ${line.split(" ")[1]} sh -c ${CLI} sh ${command}`),
  );
  return answers.filter(({ ok }) => ok).map((answer) => answer.stdout.trim());
}
