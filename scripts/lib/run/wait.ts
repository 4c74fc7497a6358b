import { setTimeout as sleep } from "node:timers/promises";
import { EXIT, Failure } from "./failure.ts";
import { heeded } from "./interrupt.ts";

const INTERVAL_MS = 300;

interface Wait {
  /** Ends the message "... after 60s", as in "the engine does not answer". */
  what: string;
  /** Seconds. */
  deadline: number;
  /** What the last probe saw, for the message. */
  seen?: () => string;
  hint?: string;
  /** Goes on although the run was interrupted: for cleaning up after that. */
  despiteInterrupt?: boolean;
}

/**
 * Probes until the probe gives something other than undefined or false, and returns that.
 * Throws a Failure (ran out of time) at the deadline, and at once when the run is interrupted.
 */
export async function until<T>(wait: Wait, probe: () => Promise<T | undefined | false>): Promise<T> {
  const end = performance.now() + wait.deadline * 1000;
  const signal = wait.despiteInterrupt ? undefined : heeded();
  for (;;) {
    signal?.throwIfAborted();
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) {
      const seen = wait.seen?.();
      const details = { code: EXIT.timedOut, ...(wait.hint && { hint: wait.hint }) };
      throw new Failure(`${wait.what} after ${wait.deadline}s${seen ? ` (${seen})` : ""}`, details);
    }
    await rest(INTERVAL_MS, signal);
  }
}

/** Waits for so many milliseconds. Throws at once when the run is interrupted. */
export const pause = (ms: number) => rest(ms, heeded());

const rest = (ms: number, signal: AbortSignal | undefined) =>
  sleep(ms, undefined, { signal }).catch(() => signal?.throwIfAborted());

/** What a wait found, or undefined where it ran out of time. Throws what else ended it. */
export async function unlessTimedOut<T>(wait: Promise<T>): Promise<T | undefined> {
  return wait.catch((error: unknown) => {
    if (error instanceof Failure && error.code === EXIT.timedOut) return undefined;
    throw error;
  });
}

/** The values of promises, once all have settled. Throws the first failure then: nothing goes on behind it. */
export async function together<T extends readonly unknown[] | []>(
  all: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(all);
  return Promise.all(all);
}
