import { $ } from "zx/core";
import type { Ask } from "../deployment/redis/state.ts";
import { ROOT } from "../run/paths.ts";

/** A Redis that listens on this machine. */
interface Reachable {
  url: string;
}

/** Asks these Redis by the names of their parts, with redis-cli as a deployment's are; one that is killed does not answer. */
export const askParts =
  (parts: Record<string, Reachable[]>): Ask =>
  async (part, command) => {
    const run = $({ nothrow: true, quiet: true });
    const answers = await Promise.all(
      (parts[part] ?? []).map(({ url }) => run`timeout 2 redis-cli -e -u ${url} ${command}`),
    );
    return answers.filter(({ ok }) => ok).map(({ stdout }) => stdout.trim());
  };

/** Asks one Redis as an external one is asked: with the service's own client. */
export const askOutside =
  ({ url }: Reachable): Ask =>
  async (_part, command) => {
    const run = $({ nothrow: true, quiet: true, env: { ...process.env, REDIS_URL: url } });
    const { ok, stdout } = await run`${process.execPath} ${ROOT}service/ask-redis.ts ${command}`;
    return ok ? [stdout.trim()] : [];
  };
