/** Finds the Redis to write to, by asking several hosts. */
import { Redis, type RedisOptions } from "ioredis";
import { connectorTo } from "./redis-connector.ts";
import type { Address } from "./redis-url.ts";

/** How long one host may take to answer, in milliseconds, connecting included. */
const ANSWER_MS = 500;

/** Who asks: user, password, TLS. */
export type Login = Pick<RedisOptions, "username" | "password" | "tls">;

/** Asks one host, reached by a connection of its own, for the master. */
export type Question = (redis: Redis, asked: Address) => Promise<Address>;

/** A write that changes nothing, and that Redis refuses whenever it would refuse the counter's. */
export type Probe = (redis: Redis) => Promise<unknown>;

/**
 * A write of nothing: Redis answers the length of the text before it looks further (`setrangeCommand` in its
 * t_string.c), so that nothing is stored, replicated or appended. It is a write nevertheless, and refused as such:
 * READONLY, NOREPLICAS, MISCONF, OOM, and, in a cluster, MOVED and CLUSTERDOWN.
 */
export const writeNothing =
  (key: string): Probe =>
  (redis) =>
    redis.setrange(key, 0, "").catch((error: Error) => {
      if (!error.message.startsWith("WRONGTYPE")) throw error;
    });

/** Sentinels know where the master is, by the name they have for it. */
export const fromSentinel =
  (name: string): Question =>
  async (redis) => {
    const reply = (await redis.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name)) as string[] | null;
    if (!reply) throw new Error("knows no master of the name in REDIS_URL");
    return { host: reply[0] ?? "", port: Number(reply[1]) };
  };

/** In a cluster each node takes the write, or says who would: `MOVED <slot> <host>:<port>`. */
export const fromCluster =
  (probe: Probe): Question =>
  async (redis, asked) => {
    try {
      await probe(redis);
      return asked;
    } catch (error) {
      const [, host, port] = /^MOVED \d+ (.*):(\d+)$/.exec((error as Error).message) ?? [];
      if (port === undefined) throw error;
      // Without a host, it is the one that was asked (redis.io, cluster specification, "MOVED redirection").
      return { host: host || asked.host, port: Number(port) };
    }
  };

/**
 * Asks all hosts at once, believes what most of them say, and returns that master once it takes a write.
 *
 * The most, since one that was cut off or frozen still names the master from before. The write, since a master
 * that is just being replaced, or lost its replicas, is none to write to.
 * @throws {Error} saying why there is none
 */
export async function findMaster(
  seeds: { hosts: Address[]; login: Login; question: Question },
  master: { login: Login; probe: Probe },
): Promise<Address> {
  const answers = seeds.hosts.map((host) => ask(host, seeds.login, (redis) => seeds.question(redis, host)));
  const found = await majority(answers);
  await ask(found, master.login, master.probe);
  return found;
}

/** Asks one host over a connection of its own. @throws {Error} that names the host and its reason */
async function ask<T>(address: Address, login: Login, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({
    ...login,
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    disableClientInfo: true,
    protocol: 2,
    retryStrategy: () => null,
    disconnectTimeout: 100,
    Connector: connectorTo(async () => address, login.tls),
  });
  let reason: Error | undefined;
  const fail = (error: Error) => (reason ??= error);
  redis.on("error", fail);
  const late = setTimeout(() => {
    fail(new Error(`no answer within ${ANSWER_MS} ms`));
    redis.disconnect();
  }, ANSWER_MS);
  try {
    await redis.connect();
    return await question(redis);
  } catch (error) {
    const { message } = reason ?? (error as Error);
    throw new Error(`${address.host}:${address.port} ${message}`, { cause: error });
  } finally {
    clearTimeout(late);
    redis.disconnect();
  }
}

/**
 * What most say: as soon as more than half do, else when all have answered or failed.
 * @throws {Error} with every reason when nobody answers
 */
async function majority(answers: Promise<Address>[]): Promise<Address> {
  const votes = new Map<string, { address: Address; count: number }>();
  const reasons: string[] = [];
  const early = Promise.withResolvers<void>();
  const count = (address: Address) => {
    const id = `${address.host}:${address.port}`;
    const vote = votes.get(id) ?? { address, count: 0 };
    votes.set(id, vote);
    vote.count += 1;
    if (vote.count * 2 > answers.length) early.resolve();
  };
  const all = answers.map((answer) => answer.then(count, ({ message }: Error) => void reasons.push(message)));
  await Promise.race([early.promise, Promise.all(all)]);
  const [most] = [...votes.values()].toSorted((a, b) => b.count - a.count);
  if (!most) throw new Error(reasons.toSorted().join("; "));
  return most.address;
}
