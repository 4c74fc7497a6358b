import type { Mode } from "../redis-modes.ts";
import { type Ask, MASTER, pairsOf } from "./state.ts";

/** What decides what a fault costs, by its name: settings of Redis and the Sentinels, and for how many replicas a write waits. */
export type RedisSettings = Record<string, string>;

/** Asks a Redis and the Sentinels for their settings. What differs is shown with slashes, and what is not answered is "unknown". */
export async function redisSettings(
  ask: Ask,
  { servers, sentinels, settings, sentinelSettings = [], waits }: Mode,
  wait: number,
): Promise<RedisSettings> {
  const [server = ""] = servers;
  const own = settings.map(async (name) => {
    const [answer = ""] = await ask(server, ["config", "get", name]);
    return [name, pairsOf(answer)[name] ?? "unknown"];
  });
  const answers = sentinelSettings.length > 0 ? sentinels.map((sentinel) => ask(sentinel, MASTER)) : [];
  const watched = (await Promise.all(answers)).map(([answer = ""]) => pairsOf(answer));
  const each = (name: string) => [...new Set(watched.map((pairs) => pairs[name] ?? "unknown"))].join("/");
  return {
    ...Object.fromEntries(await Promise.all(own)),
    ...Object.fromEntries(sentinelSettings.map((name) => [name, each(name)])),
    ...(waits && { WAIT: String(wait) }),
  };
}

/** As one line. */
export const settingsLine = (settings: RedisSettings): string =>
  Object.entries(settings)
    .map((pair) => pair.join(" "))
    .join(", ");
