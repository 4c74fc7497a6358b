import type { RedisMode } from "../../../run/values.ts";
import { count } from "../../load/tables.ts";
import type { Threshold } from "../../load/verdict.ts";
import type { Judged } from "../../passed.ts";
import type { Result } from "../result.ts";
import type { Plan } from "./plan.ts";

/** What was asked for, and of what. */
export interface Setting extends Plan {
  platform: string;
  replicas: number;
  version: string;
  /** Requests a second, and how many increments with each mode. */
  rate: number;
  increments: number;
  started: string;
}

/** How it ended. */
export interface Ending {
  interrupted: boolean;
  /** What was put back. */
  restored: string;
  /** The count through the front door then; absent where it cannot be known what it should be. */
  after?: number;
}

/** What it came to; summary.json is this. */
export interface ModesResult extends Setting, Omit<Ending, "after">, Judged {
  headline: string;
  /** Of each mode that was checked. */
  results: Result[];
}

/** Judges all of them together. */
export function modesResult(setting: Setting, results: Result[], { after, ...ending }: Ending): ModesResult {
  const thresholds = [
    ...setting.modes.flatMap((mode) => thresholdsOf(mode, results)),
    ...(after === undefined || ending.interrupted ? [] : [carried(results, after)]),
  ];
  const passed = !ending.interrupted && thresholds.every(({ met }) => met);
  return { headline: headlineOf(setting.modes, results), passed, ...setting, ...ending, thresholds, results };
}

function thresholdsOf(mode: RedisMode, results: Result[]): Threshold[] {
  const result = results.find((one) => one.mode === mode);
  if (!result) return [{ name: `${mode}: it was checked`, met: false, seen: "it was not" }];
  return result.thresholds.map((one) => ({ ...one, name: `${mode}: ${one.name}` }));
}

/** Whether the count went along through all changes: whatever was acknowledged is in it. */
function carried(results: Result[], after: number): Threshold {
  const [first] = results;
  const before = first?.ledger.before ?? after;
  const sum = (what: "acknowledged" | "unknown") =>
    results.reduce((all, { ledger }) => all + ledger[what], 0);
  const least = before + sum("acknowledged");
  return {
    name: "the count went along",
    met: after >= least && after <= least + sum("unknown"),
    seen: `${count(before)} before, ${count(sum("acknowledged"))} acknowledged, ${count(after)} at the end`,
  };
}

function headlineOf(modes: RedisMode[], results: Result[]): string {
  const named = (consistent: boolean) =>
    results.filter((one) => one.consistent === consistent).map(({ mode }) => mode);
  const missing = modes.filter((mode) => !results.some((one) => one.mode === mode));
  const parts = [
    ["consistent", named(true)],
    ["inconsistent", named(false)],
    ["not checked", missing],
  ] as const;
  const said = parts.filter(([, of]) => of.length > 0).map(([what, of]) => `${what}: ${of.join(", ")}`);
  return `Redis by its mode, ${said.join("; ")}`;
}
