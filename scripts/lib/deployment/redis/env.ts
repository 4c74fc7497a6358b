import type { Settings } from "../../run/settings.ts";
import type { RedisMode } from "../../run/values.ts";
import { MODES } from "../redis-modes.ts";
import { externalFiles, nameOf, VARIABLES } from "./external.ts";

/** Where a container has its secrets: that of the deployment's own Redis, and those of an external one by their names. */
export interface SecretPlaces {
  password: string;
  external: (name: string) => string;
}

/** What the counter is told of Redis. A variable that is empty counts as not set. */
export function redisEnv(settings: Settings, mode: RedisMode, at: SecretPlaces): Record<string, string> {
  const { url, sentinels } = MODES[mode];
  const unset = Object.fromEntries(VARIABLES.map((variable) => [variable, ""]));
  if (mode === "external") {
    const files = externalFiles(settings).map(({ variable }) => [variable, at.external(nameOf(variable))]);
    return { ...unset, REDIS_URL: settings.external.url, ...Object.fromEntries(files) };
  }
  const ofSentinels = sentinels.length > 0 && { REDIS_SENTINEL_PASSWORD_FILE: at.password };
  return { ...unset, REDIS_URL: url, REDIS_PASSWORD_FILE: at.password, ...ofSentinels };
}
