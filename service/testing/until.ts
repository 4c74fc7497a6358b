/** Waiting in tests: always for something, never for a time. */
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Polls until a check holds, and returns its value.
 * @param ms deadline in milliseconds
 * @throws {Error} naming `what`, with the last error of the check, when the deadline passes
 */
export async function until<T>(
  what: string,
  ms: number,
  check: () => T | Promise<T>,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + ms;
  let cause: unknown;
  while (performance.now() < deadline) {
    try {
      const value = await check();
      if (value) return value;
    } catch (error) {
      cause = error;
    }
    await sleep(10);
  }
  throw new Error(`not within ${ms} ms: ${what}`, { cause });
}

/** Runs something and returns what it gave with the time it took, in milliseconds. */
export async function timed<T>(run: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  return [await run(), performance.now() - start];
}
