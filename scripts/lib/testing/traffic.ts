import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

/** What the clients saw. */
export interface Traffic {
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

async function increment(url: string, agent: Agent): Promise<void> {
  const options = { method: "POST", agent, signal: AbortSignal.timeout(5000) };
  const sent = request(`${url}/api/counter/increment`, options).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${body}`);
}
