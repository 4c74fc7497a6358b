/** How to reach Redis: one row per URL scheme. */
import { Redis, type RedisOptions } from "ioredis";
import { COUNTER_KEY } from "./counter.ts";
import type { RedisAccess } from "./redis-access.ts";
import { connectorTo } from "./redis-connector.ts";
import type { LinkedClient } from "./redis-link.ts";
import { findMaster, fromCluster, fromSentinel, type Question, writeNothing } from "./redis-master.ts";
import { checkOneHost, checkSeeds, parseSeeds, type SeedsForm } from "./redis-url.ts";

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

/** What shows that Redis would take a write, where it may be one that does not. */
const probe = writeNothing(COUNTER_KEY);

/** Hosts that are asked for the Redis to write to. */
interface Seeds {
  form: SeedsForm;
  question(name: string): Question;
  /** Whether they have a password of their own, and not that of Redis. */
  ownPassword: boolean;
}

const sentinel: Seeds = {
  form: { port: 26_379, path: "the name of the master" },
  question: fromSentinel,
  ownPassword: true,
};
const cluster: Seeds = { form: { port: 6379 }, question: () => fromCluster(probe), ownPassword: false };

/** What a URL scheme means. */
export interface RedisScheme {
  tls: boolean;
  /** Whom the hosts of the URL are; without, its host is the Redis to write to. */
  seeds?: Seeds;
}

/** One line per way to reach Redis. */
const schemes: Record<string, RedisScheme> = {
  "redis:": { tls: false },
  "rediss:": { tls: true },
  "redis+sentinel:": { tls: false, seeds: sentinel },
  "rediss+sentinel:": { tls: true, seeds: sentinel },
  "redis+cluster:": { tls: false, seeds: cluster },
  "rediss+cluster:": { tls: true, seeds: cluster },
};

/** The row of a URL, if its scheme has one. */
export const redisSchemeOf = (url: string): RedisScheme | undefined =>
  schemes[/^[a-z+]+:(?=\/\/)/.exec(url)?.[0] ?? ""];

/**
 * Checks a URL and puts the password into it.
 * @throws {Error} whose message goes on after the name of the variable, and repeats nothing of the URL
 */
export function checkRedisUrl(url: string, password: string | undefined): string {
  const scheme = redisSchemeOf(url);
  if (!scheme) {
    const starts = Object.keys(schemes).map((one) => `${one}//`);
    throw new Error(`must be a URL that starts with ${starts.join(" or ")}`);
  }
  return scheme.seeds ? checkSeeds(url, password, scheme.seeds.form) : checkOneHost(url, password);
}

/**
 * Makes a client that is not connected yet.
 * @param url checked; carries user name and password, if any
 * @throws {TypeError} when no row knows the scheme
 */
export function createRedisClient(url: string, access: RedisAccess = {}): LinkedClient {
  const scheme = redisSchemeOf(url);
  if (!scheme) throw new TypeError("unknown Redis URL scheme");
  const tls = scheme.tls && { tls: { ...access.tls } };
  if (!scheme.seeds) return { redis: new Redis(url, { ...options, ...(access.tls && tls) }), follows: false };

  const { user, password, hosts, name } = parseSeeds(url, scheme.seeds.form);
  const login = { username: user, password, ...tls };
  const asker = scheme.seeds.ownPassword ? { password: access.sentinelPassword ?? "", ...tls } : login;
  const question = scheme.seeds.question(name);
  const find = () => findMaster({ hosts, login: asker, question }, { login, probe });
  const Connector = connectorTo(find, tls ? tls.tls : undefined);
  const redis = new Redis({ ...options, ...login, Connector, reconnectOnError: isElsewhere });
  return { redis, probe, follows: true };
}

/** Whether an error says that this is not, or no longer, the Redis to write to: it is looked for anew then. */
function isElsewhere({ message }: Error): boolean {
  return /^(READONLY|NOREPLICAS|MASTERDOWN|MOVED|ASK|CLUSTERDOWN) /.test(message);
}
