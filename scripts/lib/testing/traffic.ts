import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { until } from "../run/wait.ts";

/** What the clients saw. */
interface Traffic {
  /** Increments that were answered with 200. */
  acknowledged: number;
  /** Every other answer, and every request without one. */
  failures: string[];
}

/**
 * A few clients that increment without a pause, over connections that they keep, until `stop` is called.
 * What they saw is in what it returns.
 */
export function startTraffic(url: string, clients = 4): { stop: () => Promise<Traffic> } {
  const traffic: Traffic = { acknowledged: 0, failures: [] };
  const end = new AbortController();
  async function client(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!end.signal.aborted) {
      try {
        await increment(url, agent);
        traffic.acknowledged++;
      } catch (error) {
        traffic.failures.push((error as Error).message);
      }
    }
    agent.destroy();
  }
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    stop: async () => {
      end.abort();
      await all;
      return traffic;
    },
  };
}

/** What a client saw of an outage that had begun. */
interface Outage {
  /** Until every increment was acknowledged again. */
  ms: number;
  acknowledged: number;
  /** Every other answer: "503 1 {"error": ...}" with its Retry-After, or why there was none. */
  answers: string[];
}

/** So many increments in a row, each over a connection of its own, and so with any replica, show that all are back. */
const IN_A_ROW = 12;
const MAX_OUTAGE_MS = 30_000;

/** Increments, one request after the other, until all are acknowledged again. Throws after 30 s. */
export async function outlast(url: string): Promise<Outage> {
  const start = performance.now();
  const outage: Outage = { ms: 0, acknowledged: 0, answers: [] };
  for (let row = 0; row < IN_A_ROW;) {
    const failure = await failureOfIncrement(url);
    if (failure === undefined) {
      outage.acknowledged++;
      row++;
      continue;
    }
    row = 0;
    outage.ms = performance.now() - start;
    outage.answers.push(failure);
    if (outage.ms > MAX_OUTAGE_MS) throw new Error(`not back after ${outage.ms} ms: ${failure}`);
  }
  return outage;
}

/** The count, as soon as the front door says it: replicas that start with Redis look for it a moment longer. */
export async function countAt(url: string): Promise<number> {
  let seen = "";
  const wait = { what: "the front door does not say the count", deadline: 30, seen: () => seen };
  return until(wait, async () => {
    try {
      const answer = await fetch(`${url}/api/counter`, { signal: AbortSignal.timeout(5000) });
      const body = await answer.text();
      seen = `${answer.status} ${body}`;
      return answer.ok && (JSON.parse(body) as { value: number }).value;
    } catch (error) {
      seen = (error as Error).message;
      return undefined;
    }
  });
}

async function failureOfIncrement(url: string): Promise<string | undefined> {
  const options = { method: "POST", agent: false, signal: AbortSignal.timeout(5000) };
  try {
    const [response] = (await once(request(`${url}/api/counter/increment`, options).end(), "response")) as [
      IncomingMessage,
    ];
    const body = await text(response);
    if (response.statusCode === 200) return undefined;
    return `${response.statusCode} ${response.headers["retry-after"]} ${body}`;
  } catch (error) {
    return `no answer: ${(error as Error).message}`;
  }
}

async function increment(url: string, agent: Agent): Promise<void> {
  const options = { method: "POST", agent, signal: AbortSignal.timeout(5000) };
  const sent = request(`${url}/api/counter/increment`, options).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${body}`);
}
