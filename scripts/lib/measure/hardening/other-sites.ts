import { countOf } from "../load/target.ts";
import type { Finding } from "./checks.ts";

const OTHER = "https://other-site.example";
/** What a browser sends for a page of another site: over plain HTTP, and over TLS or loopback. */
const SENT = [{ origin: OTHER }, { origin: OTHER, "sec-fetch-site": "cross-site" }];
const REFUSED = 403;
const ANSWER_MS = 5000;

/** Asks for increments as a page of another site would: each must be refused, and none may count. */
export async function lookAtOtherSites(door: string): Promise<Finding> {
  const before = await countOf(door);
  const answers: (number | string)[] = [];
  for (const headers of SENT) answers.push(await increment(door, headers));
  const after = await countOf(door);
  const still = before !== undefined && before === after;
  return {
    what: "pages of other sites change nothing",
    where: "front door",
    seen: `answers ${answers.join(", ")}; count ${before ?? "unknown"}, then ${after ?? "unknown"}`,
    met: still && answers.every((answer) => answer === REFUSED),
  };
}

/** The status of the answer, or why there was none. */
async function increment(door: string, headers: Record<string, string>): Promise<number | string> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  try {
    const answer = await fetch(`${door}/api/counter/increment`, { method: "POST", headers, signal });
    await answer.body?.cancel();
    return answer.status;
  } catch (error) {
    return (error as Error).message;
  }
}
