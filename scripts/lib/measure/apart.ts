import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { Container } from "../deployment/orchestrator.ts";
import { Failure } from "../run/failure.ts";
import { interruption } from "../run/interrupt.ts";
import { ROOT } from "../run/paths.ts";
import { asRoot } from "../run/shell.ts";

/** Set aside for benchmarks [RFC 2544]; .1 is this host. */
const NETWORK = "198.19.255";
/** What programs in such a network are to this host. */
export const addresses = (count: number) =>
  Array.from({ length: count }, (_, index) => `${NETWORK}.${index + 2}`);

/** Where a front door of this host is to them. */
export function doorThere(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname === "127.0.0.1" ? `${NETWORK}.1` : hostname, port: Number(port || 80) };
}

/** Begins a command that runs in a network of its own, with these addresses: to this host, it is somewhere else. */
export const elsewhere = (its: string[]) => [
  "unshare",
  "--net",
  "sh",
  `${ROOT}scripts/lib/measure/apart.sh`,
  NETWORK,
  its.join(" "),
];

/** Begins a command that runs in a container's network, where 127.0.0.1 is the container. */
export const inNetworkOf = ({ pid }: Container) => ["nsenter", `--target=${pid}`, "--net"];

/**
 * Runs a file of the project in another network, with an order for its first argument, and gives what it prints, which is
 * JSON. Its stdin is closed when this run is interrupted, or ends. Throws a Failure where it fails.
 */
export async function runApart<T>(network: string[], file: string, order: object): Promise<T> {
  const command = [process.execPath, `${ROOT}${file}`, JSON.stringify(order)];
  const [program = "", ...args]: string[] = [...asRoot, ...network, ...command];
  const child = spawn(program, args, { stdio: "pipe", detached: true });
  const stop = () => child.stdin.end();
  interruption.addEventListener("abort", stop);
  const [[code], said, stderr] = await Promise.all([
    once(child, "close"),
    text(child.stdout),
    text(child.stderr),
  ]);
  interruption.removeEventListener("abort", stop);
  interruption.throwIfAborted();
  if (code === 0) return JSON.parse(said) as T;
  throw new Failure(`${file} ended with exit code ${code}`, { lines: stderr.trim().split("\n") });
}
