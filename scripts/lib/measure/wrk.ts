import { $ } from "zx/core";
import { Failure } from "../run/failure.ts";
import { ROOT } from "../run/paths.ts";

/**
 * Increments per second with 64 connections, each of which sends a request when it has its answer (closed loop).
 * Throws a Failure if any request was not answered with 2xx: such a figure would say nothing.
 */
export const incrementsPerSecond = (url: string, seconds: number) =>
  perSecond(url, seconds, "/api/counter/increment");

/** The same for decrements. */
export const decrementsPerSecond = (url: string, seconds: number) =>
  perSecond(url, seconds, "/api/counter/decrement");

/** The same for GET /livez, which costs what a front door costs without the work behind it. */
export const answersPerSecond = (url: string, seconds: number) => perSecond(url, seconds, "/livez");

async function perSecond(url: string, seconds: number, path: string): Promise<number> {
  const env = { ...process.env, METHOD: path === "/livez" ? "GET" : "POST", REQUEST_PATH: path };
  const { stdout } = await $({ env })`wrk -t1 -c64 -d${seconds}s -s ${ROOT}checks/request.lua ${url}`;
  const bad = /(?:Non-2xx or 3xx responses|Socket errors): .*/.exec(stdout);
  if (bad) throw new Failure(`not every request was answered: ${bad[0]}`);
  const rate = Number(/Requests\/sec: +([\d.]+)/.exec(stdout)?.[1]);
  if (!(rate > 0)) throw new Failure("wrk gave no rate", { lines: stdout.trim().split("\n") });
  return rate;
}

/** Median and range of one measurement's rounds. */
export interface Figure {
  name: string;
  median: number;
  min: number;
  max: number;
}

/** Sums rounds up; of an even number of rounds the median is the mean of the middle two. */
export function figure(name: string, rounds: number[]): Figure {
  const sorted = rounds.toSorted((a, b) => a - b);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  const median = middle.reduce((sum, value) => sum + value, 0) / middle.length;
  return { name, median, min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN };
}
