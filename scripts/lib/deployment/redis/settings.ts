import type { Mode } from "../redis-modes.ts";
import { type Ask, MASTER, pairsOf } from "./state.ts";

/** What decides what a fault costs, by its name: settings of Redis and the Sentinels, and for how many replicas a write waits. */
export type RedisSettings = Record<string, string>;

/** Asks a Redis and a Sentinel for their settings; what does not answer is "unknown". */
export async function redisSettings(
  ask: Ask,
  { servers, sentinels, settings, sentinelSettings = [], waits }: Mode,
  wait: number,
): Promise<RedisSettings> {
  const [server = "", sentinel = ""] = [servers[0], sentinels[0]];
  const own = settings.map(async (name) => {
    const [answer = ""] = await ask(server, ["config", "get", name]);
    return [name, pairsOf(answer)[name] ?? "unknown"];
  });
  const watched = sentinelSettings.length > 0 ? pairsOf((await ask(sentinel, MASTER))[0]) : {};
  return {
    ...Object.fromEntries(await Promise.all(own)),
    ...Object.fromEntries(sentinelSettings.map((name) => [name, watched[name] ?? "unknown"])),
    ...(waits && { WAIT: String(wait) }),
  };
}

/** As one line. */
export const settingsLine = (settings: RedisSettings): string =>
  Object.entries(settings)
    .map((pair) => pair.join(" "))
    .join(", ");
