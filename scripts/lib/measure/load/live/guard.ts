import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { readProc } from "../../processes.ts";

/** The header in which the page's own script sends the token back. */
export const TOKEN_HEADER = "x-load-token";

export const newToken = () => randomBytes(24).toString("base64url");

/** A name that leads elsewhere could be made to lead here (DNS rebinding): only these are answered. */
const HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/;

/** What of a request decides whether it is answered. */
export interface Asked {
  method: string;
  headers: IncomingHttpHeaders;
  /** The user whose process asks; undefined where this machine does not say. */
  user: number | undefined;
}

/**
 * Why a request is refused; undefined if it is not. Reading takes this machine's name and one of the users; a change
 * also takes the page itself: its origin, and the token that no other page can read.
 */
export function whyRefused(
  { method, headers, user }: Asked,
  token: string,
  users: Set<number>,
): string | undefined {
  const { host = "", origin } = headers;
  if (!HOST.test(host)) return "only 127.0.0.1 and localhost are answered";
  if (user !== undefined && !users.has(user)) return "this page belongs to another user of this machine";
  const site = headers["sec-fetch-site"] ?? "none";
  const opened = headers["sec-fetch-mode"] === "navigate" && method === "GET";
  if (site !== "same-origin" && site !== "none" && !opened) return "another page asks";
  if (method === "GET" || method === "HEAD") return undefined;
  if (origin !== `http://${host}`) return "another page asks";
  if (!same(String(headers[TOKEN_HEADER] ?? ""), token)) return "this page is of an earlier start: reload it";
  if (!headers["content-type"]?.startsWith("application/json")) return "the request is no JSON";
  return undefined;
}

function same(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Who may use the page: whoever started it, also through sudo, and root. */
export function usersOf({ SUDO_UID }: NodeJS.ProcessEnv = process.env): Set<number> {
  const own = process.getuid?.() ?? 0;
  return new Set([0, own, ...(own === 0 && SUDO_UID ? [Number(SUDO_UID)] : [])]);
}

/** Whose process is at the other end of a connection over the loopback; undefined where this machine does not say. */
export function userOf({ socket }: Pick<IncomingMessage, "socket">): number | undefined {
  const tables = ["self/net/tcp", "self/net/tcp6"].map(readProc);
  if (tables[0] === "") return undefined;
  return ownerIn(tables.join("\n"), socket.remotePort ?? 0, socket.localPort ?? 0);
}

/** The owner of the socket between two ports, in the words of proc_net_tcp; NaN where there is no such socket. */
export function ownerIn(table: string, from: number, to: number): number {
  const [local, remote] = [from, to].map((port) => port.toString(16).toUpperCase().padStart(4, "0"));
  const row = table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .find(([, here = "", there = ""]) => here.endsWith(`:${local}`) && there.endsWith(`:${remote}`));
  return Number(row?.[7]);
}
