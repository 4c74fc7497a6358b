import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Test } from "tap";

/** Ways not to tell the truth about an increment. */
export type Lie =
  | "none"
  /** Acknowledges, and does not count. */
  | "forgets"
  /** Counts twice. */
  | "doubles"
  /** Counts, and closes the connection without an answer. */
  | "hangs up"
  /** Answers 503, and has counted all the same. */
  | "denies"
  /** Gives the same count to two, and makes up for it later: the sum is right. */
  | "repeats";

/** A counter of the same API that lies on every tenth increment. */
export interface Liar {
  url: string;
  count: () => number;
  /** Requests of all kinds so far. */
  requests: () => number;
  /** Answers nobody from now on. */
  freeze: () => void;
  /** Closes the port and every connection. */
  die: () => void;
}

const EVERY = 10;

interface Nature {
  lie?: Lie;
  /** Milliseconds before each answer. */
  delay?: number;
  /** Answers one request after the other, so that it can do no more than 1000 / delay a second. */
  serial?: boolean;
  /** One request of so many takes so many milliseconds. */
  slow?: { every: number; delay: number };
  /** At first. */
  count?: number;
  /** Who answers by turns, after so many milliseconds: replicas behind a front door. */
  crew?: { name: string; delay: number }[];
}

/** Starts it on a port of its own, for as long as the test takes. */
export async function startLiar(t: Test, nature: Nature = {}): Promise<Liar> {
  const { lie = "none", delay = 0, serial = false, slow, crew } = nature;
  let free = 0;
  let count = nature.count ?? 0;
  let [requests, increments, owed, frozen] = [0, 0, 0, false];

  /** Counts an increment, and gives the status and the count of its answer; undefined for none. */
  function increment(): { status: number; value: number } | undefined {
    increments++;
    if (lie === "none" || increments % EVERY !== 0) {
      count += 1 + owed;
      owed = 0;
      return { status: 200, value: count };
    }
    if (lie === "forgets") return { status: 200, value: count + 1 };
    if (lie === "repeats") return { status: 200, value: ((owed = 1), count) };
    count += lie === "doubles" ? 2 : 1;
    if (lie === "hangs up") return undefined;
    return { status: lie === "denies" ? 503 : 200, value: count };
  }

  function answer(path: string, response: ServerResponse, name: string): void {
    response.setHeader("x-served-by", name);
    if (path === "/") {
      response.setHeader("content-type", "text/html; charset=utf-8");
      return void response.end("<!doctype html><title>Counter</title>");
    }
    if (path.endsWith("/reset")) count = 0;
    if (path.endsWith("/decrement")) count = Math.max(0, count - 1);
    const { status, value } = path.endsWith("/increment")
      ? (increment() ?? { status: 0, value: 0 })
      : { status: 200, value: count };
    if (status === 0) return void response.destroy();
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ value }));
  }

  const server = createServer((request, response) => {
    requests++;
    if (frozen) return;
    const { name, delay: usual } = crew?.[requests % crew.length] ?? { name: "liar", delay };
    const takes = slow && requests % slow.every === 0 ? slow.delay : usual;
    free = serial ? Math.max(free, performance.now()) + takes : performance.now() + takes;
    if (takes > 0)
      setTimeout(answer, Math.max(0, free - performance.now()), request.url ?? "", response, name);
    else answer(request.url ?? "", response, name);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const die = () => {
    server.close();
    server.closeAllConnections();
  };
  t.teardown(die);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    requests: () => requests,
    freeze: () => void (frozen = true),
    die,
  };
}
