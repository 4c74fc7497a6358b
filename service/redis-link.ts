/** The state of the connection to Redis, and the gate that every command passes. */
import { type Redis, ReplyError } from "ioredis";
import type { FastifyBaseLogger } from "fastify";
import { ApiError } from "./errors.ts";

/** How long after a connection broke requests wait for the next one, in milliseconds. */
const PATIENCE_MS = 500;

/** Redis did not answer in time, or refused. Whether a write was done is unknown to the client. */
export class RedisUnavailable extends ApiError {
  /** First word of the error Redis replied, such as `WRONGTYPE` or `OOM`; undefined when it sent none. */
  readonly code: string | undefined;

  constructor(code?: string) {
    super(503, code ? `Redis refused the command (${code})` : "Redis is unavailable");
    this.code = code;
  }
}

/** Follows one client: knows whether it is connected, logs changes, and lets commands through or not. */
export class RedisLink {
  /** Whether commands can be sent now. */
  up = false;
  /** Whether Redis has answered since the process started. */
  everUp = false;
  readonly #redis: Redis;
  readonly #log: FastifyBaseLogger;
  readonly #reported = new Set<string>();
  #gate = newGate();
  #patience: NodeJS.Timeout | undefined;

  constructor(redis: Redis, log: FastifyBaseLogger) {
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
   * @throws {RedisUnavailable} without an answer after at most one wait and one command timeout
   */
  async run<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
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
  }

  #lost(): void {
    if (!this.up) return;
    this.#log.warn("redis lost");
    this.up = false;
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
