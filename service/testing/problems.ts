import { ConfigError, readConfig } from "../config.ts";

/** What readConfig finds wrong with an environment; nothing where it takes it. */
export function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}
