import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { EXIT, type ExitCode, Failure } from "../../../run/failure.ts";
import { toFailure } from "../../../run/shell.ts";
import { type Asked, newToken, userOf, usersOf, whyRefused } from "./guard.ts";
import { alertOf } from "./view.ts";

/** Locust's. */
export const PORT = 8089;
const PORTS_TRIED = 100;
const MOST_BYTES = 4096;
/** Milliseconds for telling readers that it is over. */
const LAST_WORDS = 1000;

/** The page may load its own files and call its own server, and nothing else. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": POLICY,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** Text or bytes as they are; anything else as JSON. */
  body?: unknown;
}

/** What a route is asked: the parts of its path that its pattern groups, the query, and the texts in the body of a change. */
export interface Question {
  parts: string[];
  query: URLSearchParams;
  body: Record<string, string>;
}

export type Route = readonly [
  method: "GET" | "POST",
  path: RegExp,
  answer: (question: Question) => Promise<Answer>,
];

/** A server of the loopback that answers its user alone. */
export interface LocalServer {
  url: string;
  /** For the page: changes take it. */
  token: string;
  /** How many read the events. */
  readers: () => number;
  /** Tells everybody who reads them. */
  send: (event: string, data: unknown) => void;
  close: () => Promise<void>;
}

/**
 * Opens it on the first free port from 8089 on. `greet` is what a reader of the events is sent first. Throws a Failure
 * where no port is free.
 */
export async function openServer(routes: Route[], greet: () => unknown): Promise<LocalServer> {
  const token = newToken();
  const users = usersOf();
  const readers = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const { method = "", headers } = request;
    const asked: Asked = { method, headers, user: userOf(request) };
    const refused = whyRefused(asked, token, users);
    if (refused) return reply(response, { status: 403, body: { alert: { message: refused } } });
    if (request.url !== "/events") return void answer(request, routes).then((one) => reply(response, one));
    response.writeHead(200, { ...HEADERS, "content-type": "text/event-stream" });
    response.write(`retry: 1000\n${text("view", greet())}`);
    readers.add(response);
    response.on("close", () => readers.delete(response));
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    readers: () => readers.size,
    send: (event, data) => {
      const sent = text(event, data);
      // Who does not read fast enough is told the next time: each view says all there is.
      for (const reader of readers) if (!reader.writableNeedDrain) reader.write(sent);
    },
    close: async () => {
      const told = [...readers].map((reader) => new Promise<void>((resolve) => void reader.end(resolve)));
      await Promise.race([Promise.all(told), sleep(LAST_WORDS, undefined, { ref: false })]);
      server.close();
      server.closeAllConnections();
    },
  };
}

const text = (event: string, data: unknown) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

async function listen(server: Server): Promise<number> {
  for (let port = PORT; port < PORT + PORTS_TRIED; port++) {
    server.listen(port, "127.0.0.1");
    const heard = await once(server, "listening").then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "EADDRINUSE") throw error;
        return false;
      },
    );
    if (heard) return port;
  }
  throw new Failure(`no port from ${PORT} on is free`, { code: EXIT.refused });
}

const STATUS: Partial<Record<ExitCode, number>> = {
  [EXIT.usage]: 400,
  [EXIT.refused]: 404,
  [EXIT.locked]: 423,
};

/** Where a path leads that is none. */
const NOWHERE = new URL("http://localhost/nowhere");

async function answer(request: IncomingMessage, routes: Route[]): Promise<Answer> {
  const { pathname, searchParams: query } = URL.parse(request.url ?? "", "http://localhost") ?? NOWHERE;
  const found = routes.find(([method, path]) => method === request.method && path.test(pathname));
  if (!found) return { status: 404, body: { alert: { message: "there is nothing here" } } };
  try {
    const parts = found[1].exec(pathname)!.slice(1);
    return await found[2]({ parts, query, body: request.method === "POST" ? await bodyOf(request) : {} });
  } catch (error) {
    const failure = toFailure(error);
    return { status: STATUS[failure.code] ?? 500, body: { alert: alertOf(failure) } };
  }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, string>> {
  const wrong = new Failure("the request is not a small JSON object", { code: EXIT.usage });
  if (!(Number(request.headers["content-length"]) <= MOST_BYTES)) throw wrong;
  const body: unknown = await json(request).catch(() => undefined);
  if (typeof body !== "object" || body === null) throw wrong;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => typeof value === "string"));
}

function reply(response: ServerResponse, { status = 200, headers, body }: Answer): void {
  const plain = typeof body === "string" || Buffer.isBuffer(body);
  const type = plain ? {} : { "content-type": "application/json" };
  response.writeHead(status, { ...HEADERS, ...type, ...headers });
  response.end(plain ? body : JSON.stringify(body ?? {}));
}
