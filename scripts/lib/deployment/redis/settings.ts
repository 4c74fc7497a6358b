import type { Mode } from "../redis-modes.ts";
import { type Ask, pairsOf, wordsOf } from "./state.ts";

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
  const words = await wordsOf(ask, sentinels);
  const each = (name: string) => [...new Set(words.map((word) => word[name] ?? "unknown"))].join("/");
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
