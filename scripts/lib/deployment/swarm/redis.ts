import { $ } from "zx/core";
import type { Settings } from "../../run/settings.ts";

/** In a container of Redis: redis-cli with the password. -e lets it fail where Redis refuses. */
const CLI = 'REDISCLI_AUTH=$(cat /run/secrets/redis_password) exec timeout 2 redis-cli -e "$@"';

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
