/** Waits until replicas have what was written. */
import { setImmediate as turn } from "node:timers/promises";
import type { Redis } from "ioredis";
import { ApiError } from "./errors.ts";

/** How long after it came a write that replicas are waited for is answered at the latest, in milliseconds. */
const ANSWER_MS = 500;

/**
 * How long Redis waits for replicas, in milliseconds; by its clock, which may add a tenth of a second. What comes over
 * the connection meanwhile waits, too: a write behind one WAIT and then for its own, a sign of life behind one.
 */
const WAIT_MS = 150;

/** Redis wrote it, but no replica, or too few, said in time that they have it. */
export class NotReplicated extends ApiError {
  constructor(wanted: number) {
    const who = wanted === 1 ? "no replica" : `fewer than ${wanted} replicas`;
    super(503, `Redis wrote it, but ${who} acknowledged it in time`);
  }
}

/**
 * Asks by WAIT how many replicas have what was written. WAIT tells it of all that the same connection wrote before, and
 * lets that connection do nothing else until then (redis.io, WAIT). So only one is under way, and the next, for all
 * writes that were answered meanwhile, is sent when it is answered: a WAIT for each write would pile up
 * behind a replica that hangs.
 */
export class Replicas {
  readonly #wanted: number;
  readonly #report: (reason: string) => void;
  #underWay: Promise<unknown> = Promise.resolve();
  /** The next WAIT, and the connection that it is for. */
  #next: { stream: Redis["stream"]; answer: Promise<number> } | undefined;

  /**
   * @param wanted how many shall have each write; 0 waits for none
   * @param report is told why one is not acknowledged
   */
  constructor(wanted: number, report: (reason: string) => void) {
    this.#wanted = wanted;
    this.#report = report;
  }

  /**
   * Runs a write, and waits for the replicas.
   * @param run sends it, and lets `note` know of the client as soon as Redis has answered
   * @throws {NotReplicated} when it was written and they have not said in time that they have it, too
   */
  async follow<T>(run: (note: (redis: Redis) => void) => Promise<T>): Promise<T> {
    const start = performance.now();
    let acknowledged: Promise<number> | undefined;
    const value = await run((redis) => {
      if (this.#wanted > 0) acknowledged = this.#acknowledged(redis);
    });
    if (!acknowledged) return value;
    const left = ANSWER_MS - (performance.now() - start);
    if ((await inTime(acknowledged, left)) < this.#wanted) throw new NotReplicated(this.#wanted);
    return value;
  }

  /** How many replicas have what the client's connection wrote until now. */
  #acknowledged(redis: Redis): Promise<number> {
    const { stream } = redis;
    if (this.#next?.stream !== stream) this.#next = { stream, answer: this.#wait(redis, stream) };
    return this.#next.answer;
  }

  async #wait(redis: Redis, stream: Redis["stream"]): Promise<number> {
    await this.#underWay;
    // What is answered in the same turn comes along.
    await turn();
    if (this.#next?.stream === stream) this.#next = undefined;
    try {
      // Over another connection it would tell of what that one wrote: of nothing.
      if (redis.stream !== stream) throw new Error("the connection is another one");
      const answer = redis.wait(this.#wanted, WAIT_MS);
      this.#underWay = answer.catch(() => {});
      const count = await answer;
      if (count < this.#wanted) this.#report(`${count} of ${this.#wanted} replicas have it`);
      return count;
    } catch (error) {
      this.#report((error as Error).message);
      return 0;
    }
  }
}

/** The count, or 0 when it is not there in time. */
async function inTime(count: Promise<number>, ms: number): Promise<number> {
  const late = Promise.withResolvers<number>();
  const timer = setTimeout(late.resolve, ms, 0);
  try {
    return await Promise.race([count, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
