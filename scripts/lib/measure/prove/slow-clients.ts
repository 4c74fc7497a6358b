import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { privilegeProblem } from "../../host/facts.ts";
import { Failure } from "../../run/failure.ts";
import { interruption } from "../../run/interrupt.ts";
import { ROOT } from "../../run/paths.ts";
import { asRoot } from "../../run/shell.ts";
import { count as number } from "../load/tables.ts";
import type { SlowClients, SlowEnd } from "./half-requests.ts";
import type { Done, Stage } from "./stage.ts";

/** Set aside for benchmarks [RFC 2544]; .1 is this host. */
const NETWORK = "198.19.255";
/** The proxy lets 4,000 connections of one address in, and this host is one to it: slow clients come from others. */
const ADDRESSES = [2, 3, 4, 5].map((last) => `${NETWORK}.${last}`);
const FOLDER = `${ROOT}scripts/lib/measure/prove/`;

/** Why there can be no slow clients; undefined if there can be. */
export const slowProblem = (): Promise<string | undefined> => privilegeProblem();

/**
 * So many clients, in a network of their own, send half a request and wait for so many seconds, or until they are sent
 * away. Throws a Failure where that network cannot be had.
 */
export async function holdSlowClients({ door }: Stage, count: number, seconds: number): Promise<Done> {
  const { hostname, port } = new URL(door);
  const host = hostname === "127.0.0.1" ? `${NETWORK}.1` : hostname;
  const clients: SlowClients = { host, port: Number(port || 80), addresses: ADDRESSES, count, seconds };
  return doneOf(count, await runElsewhere(clients));
}

async function runElsewhere(clients: SlowClients): Promise<SlowEnd> {
  const network = ["unshare", "--net", "sh", `${FOLDER}elsewhere.sh`, NETWORK, ADDRESSES.join(" ")];
  const node = [process.execPath, `${FOLDER}slow-process.ts`, JSON.stringify(clients)];
  const [program = "", ...args] = [...asRoot, ...network, ...node];
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], detached: true });
  const stop = () => child.stdin.end();
  interruption.addEventListener("abort", stop);
  const [[code], said, stderr] = await Promise.all([
    once(child, "close"),
    text(child.stdout),
    text(child.stderr),
  ]);
  interruption.removeEventListener("abort", stop);
  interruption.throwIfAborted();
  if (code !== 0)
    throw new Failure(`slow clients ended with exit code ${code}`, { lines: stderr.trim().split("\n") });
  return JSON.parse(said) as SlowEnd;
}

/** What became of them, in words. Where they could not be sent, or none got through, nothing was shown. */
export function doneOf(count: number, { begun, left, own }: SlowEnd): Done {
  const note = `${number(begun)} of ${number(count)} were let in, ${number(left)} were still there`;
  if (own.length > 0) return { note, problems: [`not all could be sent: ${own.join(", ")}`] };
  return { note, problems: begun === 0 ? ["none reached the front door from its own network"] : [] };
}
