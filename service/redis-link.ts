/** The state of the connection to Redis, and the gate that every command passes. */
import { type Redis, ReplyError } from "ioredis";
import type { FastifyBaseLogger } from "fastify";
import { ApiError } from "./errors.ts";
import { Replicas } from "./redis-replicas.ts";

/** How long after a connection broke requests wait for the next one, in milliseconds. */
const PATIENCE_MS = 500;

/** A command that was told so late that its key has moved is not sent again: its caller has waited enough. */
const FOLLOW_WITHIN_MS = 100;

/** Redis did not answer in time, or refused. Whether a write was done is unknown to the client. */
export class RedisUnavailable extends ApiError {
  /** First word of the error Redis replied, such as `WRONGTYPE` or `OOM`; undefined when it sent none. */
  readonly code: string | undefined;

  constructor(code?: string) {
    super(503, code ? `Redis refused the command (${code})` : "Redis is unavailable");
    this.code = code;
  }
}

/**
 * How often a Redis that may be replaced is asked for a sign of life, and after how long without one it is left,
 * in milliseconds. It is replaced when it has been silent for longer than this and a command's timeout together
 * (down-after-milliseconds or cluster-node-timeout: a second or more). So one that froze, and thaws when another has
 * taken its place, gets nothing over a connection from before. Redis' own min-replicas-to-write does not see to
 * that: it frees the replicas that left only after it has run what came in with the news (tried, 7.0).
 */
const BEAT_MS = 200;
const SILENT_MS = 500;

/** A client, and how it is followed. */
export interface LinkedClient {
  redis: Redis;
  /** Shows whether Redis would serve now; a PING if left out. */
  probe?: (redis: Redis) => Promise<unknown>;
  /** Whether another Redis may take the place of this one; the client looks for it whenever it connects. */
  follows: boolean;
}

/** Follows one client: knows whether it is connected, logs changes, and lets commands through or not. */
export class RedisLink {
  /** Whether commands can be sent now. */
  up = false;
  /** Whether Redis has answered since the process started. */
  everUp = false;
  readonly #redis: Redis;
  readonly #client: LinkedClient;
  readonly #log: FastifyBaseLogger;
  readonly #replicas: Replicas;
  readonly #reported = new Set<string>();
  #gate = newGate();
  #patience: NodeJS.Timeout | undefined;
  #beat: NodeJS.Timeout | undefined;
  #heard = 0;

  /** @param wait how many replicas shall have each write */
  constructor(client: LinkedClient, log: FastifyBaseLogger, wait = 0) {
    const { redis } = client;
    this.#replicas = new Replicas(wait, (reason) =>
      this.report("write not acknowledged by replicas", reason),
    );
    this.#client = client;
    this.#redis = redis;
    this.#log = log;
    redis.on("ready", () => this.#found());
    redis.on("close", () => this.#lost());
    // Only the message: the error object of a failed AUTH holds the password among its arguments.
    redis.on("error", (error: Error) => this.report("redis unavailable", error.message));
    this.#startPatience();
  }

  /**
   * Sends a command. While the connection is broken it first waits for the next one, but only shortly
   * after the break: a reconnect then costs nobody an error, and an outage fails at once. So nothing
   * piles up, and what failed here without being sent is never sent later.
   *
   * A Redis Cluster may answer MOVED, which means that it did not run the command: only then is it sent again,
   * once, to where the key is now.
   * @throws {RedisUnavailable} without an answer after at most one wait and one command timeout
   */
  async run<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await this.#send(command);
    } catch (error) {
      const moved = error instanceof RedisUnavailable && error.code === "MOVED" && this.#client.follows;
      if (!moved) throw error;
      this.#lost();
      if (performance.now() - start > FOLLOW_WITHIN_MS) throw error;
      return this.#send(command);
    }
  }

  /** `run` for a write; also throws {NotReplicated} when it was written, but too few replicas said so in time. */
  write<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    return this.#replicas.follow((note) =>
      this.run(async (redis) => {
        const value = await command(redis);
        note(redis);
        return value;
      }),
    );
  }

  /** Whether Redis would serve now; within the command timeout, since a lost connection is not waited for. */
  async serves(): Promise<boolean> {
    if (!this.up) return false;
    const { probe = (redis: Redis) => redis.ping() } = this.#client;
    return this.run(probe).then(
      () => true,
      () => false,
    );
  }

  async #send<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    if (this.up && this.#client.follows && performance.now() - this.#heard > SILENT_MS) this.#leave();
    if (!this.up) await this.#gate.promise;
    this.#gatherWrites();
    try {
      return await command(this.#redis);
    } catch (error) {
      if (!(error instanceof ReplyError)) throw new RedisUnavailable();
      const { message } = error as Error;
      const code = message.split(" ", 1)[0] ?? "ERR";
      if (code !== "WRONGTYPE") this.report("redis refused a command", message);
      throw new RedisUnavailable(code);
    }
  }

  /** Closes the connection for good. Commands under way fail. */
  close(): void {
    this.up = false; // so that the end is not logged as a loss
    clearTimeout(this.#patience);
    clearInterval(this.#beat);
    this.#redis.disconnect();
  }

  /** Sends the commands of one turn of the event loop in one system call: worth about 15 % of the throughput. */
  #gatherWrites(): void {
    const { stream } = this.#redis;
    if (stream.writableCorked > 0) return;
    stream.cork();
    setImmediate(() => stream.uncork());
  }

  #found(): void {
    this.#log.info(this.everUp ? "redis back" : "redis connected");
    clearTimeout(this.#patience);
    this.#reported.clear();
    this.up = this.everUp = true;
    this.#gate.resolve();
    if (!this.#client.follows) return;
    this.#heard = performance.now();
    clearInterval(this.#beat);
    this.#beat = setInterval(() => this.#listen(), BEAT_MS);
  }

  /** Asks for a sign of life. Only the time of asking is sure: the answer may have waited here. */
  #listen(): void {
    const asked = performance.now();
    const heard = () => (this.#heard = Math.max(this.#heard, asked));
    this.#redis.ping().then(heard, () => {});
  }

  /** Gives up a connection that looks well, for another. */
  #leave(): void {
    this.#lost();
    this.#redis.stream.destroy();
  }

  #lost(): void {
    if (!this.up) return;
    this.#log.warn("redis lost");
    this.up = false;
    clearInterval(this.#beat);
    this.#gate = newGate();
    this.#startPatience();
  }

  #startPatience(): void {
    this.#patience = setTimeout(() => this.#gate.reject(new RedisUnavailable()), PATIENCE_MS);
  }

  /** Logs what is wrong with Redis once per connection, however often it shows. */
  report(event: string, reason: string): void {
    if (this.#reported.has(reason)) return;
    this.#reported.add(reason);
    this.#log.warn({ reason }, event);
  }
}

/** A promise that opens or fails for all who wait; failing while nobody waits is fine. */
function newGate() {
  const gate = Promise.withResolvers<void>();
  gate.promise.catch(() => {});
  return gate;
}
