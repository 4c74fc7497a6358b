import { $ } from "zx/core";
import type { Settings } from "../../run/settings.ts";
import { partOf, pods } from "./state.ts";

/** In a pod of Redis: redis-cli with the password. -e lets it fail where Redis refuses. */
const CLI = 'REDISCLI_AUTH=$(cat /run/secrets/redis/password) exec timeout 2 redis-cli -e "$@"';

/** Asks each pod of a part, in the order of their names. What does not answer is left out. */
export async function askRedis(
  settings: Settings,
  part: string,
  command: readonly string[],
): Promise<string[]> {
  const mine = (await pods(settings)).filter((pod) => partOf(pod) === part);
  const names = mine.map(({ metadata }) => metadata.name).toSorted();
  const run = $({ nothrow: true });
  const answers = await Promise.all(
    names.map((name) => run`kubectl exec ${name} --namespace ${settings.name} -- sh -c ${CLI} sh ${command}`),
  );
  return answers.filter(({ ok }) => ok).map((answer) => answer.stdout.trim());
}
