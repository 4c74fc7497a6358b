import { Failure } from "../run/failure.ts";
import { until } from "../run/wait.ts";
import { decrementsPerSecond } from "./wrk.ts";

/** So many changes are left to single requests; more need `wrk`. */
export const FEW = 5000;
const AT_ONCE = 64;
/** Of what the rate of before would take back, so much is tried: a rate that rises takes no more than there is. */
const CAUTION = 0.7;
const ANSWER_MS = 5000;
const within = () => ({ signal: AbortSignal.timeout(ANSWER_MS) });

/** The present count. Throws a Failure when the counter does not give one. */
export async function countAt(url: string): Promise<number> {
  const answer = await fetch(`${url}/api/counter`, within());
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
    // None is under way any more when one has failed: whoever tries again reads the count first.
    const ended = await Promise.allSettled(Array.from({ length: some }, () => post(change)));
    const failed = ended.find(({ status }) => status === "rejected");
    if (failed) throw (failed as PromiseRejectedResult).reason;
  }
}

/**
 * Takes back what was counted since `before`, also after Ctrl-C, and tries so many seconds where the counter does not answer.
 * Throws a Failure that says what the count was.
 */
export async function putBack(url: string, before: number, deadline = 60): Promise<void> {
  let seen = "";
  const what = `the count was ${before}, and is not put back`;
  await until({ what, deadline, seen: () => seen, despiteInterrupt: true }, async () => {
    return takeBack(url, before).then(
      () => true,
      (error: Error) => void (seen = error.message),
    );
  });
}

async function post(url: string): Promise<void> {
  const answer = await fetch(url, { method: "POST", ...within() });
  await answer.text();
  if (!answer.ok) throw new Failure(`${url} answered ${answer.status}`);
}
