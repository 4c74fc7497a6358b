import { Failure } from "../run/failure.ts";
import { decrementsPerSecond } from "./wrk.ts";

/** So many changes are left to single requests; more need `wrk`. */
export const FEW = 5000;
const AT_ONCE = 64;
/** Of what the rate of before would take back, so much is tried: a rate that rises takes no more than there is. */
const CAUTION = 0.7;

/** The present count. Throws a Failure when the counter does not give one. */
export async function countAt(url: string): Promise<number> {
  const answer = await fetch(`${url}/api/counter`);
  if (!answer.ok) throw new Failure(`${url}/api/counter answered ${answer.status}`);
  return ((await answer.json()) as { value: number }).value;
}

/**
 * Takes back what was counted since `before`, never by a reset: whatever ends it in the middle, no count is lost.
 * Throws a Failure when the counter does not answer.
 */
export async function takeBack(url: string, before: number): Promise<void> {
  let rate = FEW;
  for (let left = (await countAt(url)) - before; left > FEW; left = (await countAt(url)) - before) {
    rate = await decrementsPerSecond(url, Math.max(1, Math.floor((CAUTION * left) / rate)));
  }
  const left = (await countAt(url)) - before;
  const change = `${url}/api/counter/${left > 0 ? "decrement" : "increment"}`;
  for (let done = 0; done < Math.abs(left); done += AT_ONCE) {
    const some = Math.min(AT_ONCE, Math.abs(left) - done);
    await Promise.all(Array.from({ length: some }, () => post(change)));
  }
}

async function post(url: string): Promise<void> {
  const answer = await fetch(url, { method: "POST" });
  await answer.text();
  if (!answer.ok) throw new Failure(`${url} answered ${answer.status}`);
}
