/** How to reach Redis: one client factory per URL scheme. */
import { Redis, type RedisOptions } from "ioredis";

/** A command that has no answer after this long is given up, in milliseconds. */
export const COMMAND_TIMEOUT_MS = 500;

/**
 * What every client has in common, in milliseconds where it is a time.
 *
 * - No command waits in the client while Redis is away, and none is sent twice: a resent increment would
 *   count double, a queued one would count after its caller was told that it failed. See redis-link.ts.
 * - A connection that is silent while it owes an answer is replaced, since a frozen Redis, or a dropped
 *   route, keeps TCP connections open. Keep-alive probes also stop a balancer such as IPVS from forgetting
 *   an idle connection (it does after 900 s, moby#31208).
 * - Auto-pipelining is off on purpose: behind a pipeline that hangs, the next one waits without a deadline.
 */
const options = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_TIMEOUT_MS,
  socketTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: 1000,
  disconnectTimeout: 200,
  keepAlive: 30_000,
  maxLoadingRetryTime: 250,
  retryStrategy: (attempt: number) => Math.min(attempt * 50, 500),
} satisfies RedisOptions;

const direct = (url: string) => new Redis(url, options);

/** One line per way to reach Redis; Sentinel or Cluster would be two more. */
const factories: Record<string, (url: string) => Redis> = {
  "redis:": direct,
  "rediss:": direct,
};

/** The URL schemes REDIS_URL may have, with their colon. */
export const redisSchemes: readonly string[] = Object.keys(factories);

/**
 * Makes a client that is not connected yet.
 * @param url with one of `redisSchemes`; carries user name and password, if any
 * @throws {TypeError} when no factory knows the scheme
 */
export function createRedisClient(url: string): Redis {
  const factory = factories[new URL(url).protocol];
  if (!factory) throw new TypeError("unknown Redis URL scheme");
  return factory(url);
}
