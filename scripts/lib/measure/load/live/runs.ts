import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { EXIT, Failure } from "../../../run/failure.ts";
import { REPORTS } from "../../report/folder.ts";
import { overlay, type Picture } from "../charts.ts";
import { LocustBook } from "../locust.ts";
import { readRaw } from "../raw.ts";
import { type Result, shownPart, verdictOf } from "../result.ts";
import { perSecond } from "./rows.ts";
import { count, ms, type Table } from "../tables.ts";

/** Folders of loads, as `make load` names them. */
const LOAD = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-load-[a-z0-9-]+$/;
const MOST = 100;

/** A run in the list of those that were. */
interface Listed {
  name: string;
  started: string;
  profile: string;
  replicas: string;
  target: string;
  verdict: ReturnType<typeof verdictOf>;
  headline: string;
}

/** The loads whose reports are here, the newest first. */
export function listRuns(reports = REPORTS): Listed[] {
  if (!existsSync(reports)) return [];
  const names = readdirSync(reports).filter((name) => LOAD.test(name));
  return names
    .toSorted()
    .toReversed()
    .slice(0, MOST)
    .flatMap((name) => listed(name, reports));
}

function listed(name: string, reports: string): Listed[] {
  const result = resultIn(name, reports);
  if (!result) return [];
  const { started, profile, target, headline, marks } = result;
  const replicas = marks ? `${target.replicas}, scaled` : String(target.replicas);
  return [{ name, started, profile, replicas, target: target.url, verdict: verdictOf(result), headline }];
}

/** Undefined where a run was cut off before it had one. */
function resultIn(name: string, reports: string): Result | undefined {
  try {
    return JSON.parse(readFileSync(`${reports}/${name}/summary.json`, "utf8")) as Result;
  } catch {
    return undefined;
  }
}

function requireRun(name: string, reports: string): Result {
  const result = LOAD.test(name) ? resultIn(name, reports) : undefined;
  if (result) return result;
  throw new Failure("there is no such run", { code: EXIT.refused, hint: "make reports" });
}

/** A file of a run that can be had. */
export interface RunFile {
  type: string;
  body: Buffer | string;
}

type Make = (folder: string, result: Result) => Promise<string>;
const TYPES: Record<string, { type: string; make?: Make }> = {
  "report.html": { type: "text/html; charset=utf-8" },
  "summary.json": { type: "application/json" },
  "samples.csv.gz": { type: "application/gzip" },
  "requests.csv": {
    type: "text/csv; charset=utf-8",
    make: async (folder, result) =>
      (await bookOf(folder, result)).requestsCsv(shownPart(result.parts).statistics.seconds),
  },
  "failures.csv": {
    type: "text/csv; charset=utf-8",
    make: async (folder, result) => (await bookOf(folder, result)).failuresCsv(),
  },
};

/** A file of a run, as it is or made of its samples. Throws a Failure (refused) where there is none. */
export async function fileOf(name: string, file: string, reports = REPORTS): Promise<RunFile> {
  const result = requireRun(name, reports);
  const kind = Object.hasOwn(TYPES, file) ? TYPES[file] : undefined;
  if (!kind) throw new Failure("a run has no such file", { code: EXIT.refused });
  const folder = `${reports}/${name}`;
  return { type: kind.type, body: await (kind.make?.(folder, result) ?? readFile(`${folder}/${file}`)) };
}

/** The samples of the part that the report shows. */
async function bookOf(folder: string, { parts }: Result): Promise<LocustBook> {
  const { statistics } = shownPart(parts);
  const wanted = parts.findIndex((part) => part.statistics === statistics);
  const book = new LocustBook();
  let part = -1;
  await readRaw(`${folder}/samples.csv.gz`, {
    part: () => void part++,
    sample: (sample) => part === wanted && book.add(sample),
  });
  return book;
}

/** Two runs laid over each other. Throws a Failure (refused) where one is not there, or they go over different axes. */
export function layOver(names: [string, string], reports = REPORTS): { charts: Picture[]; table: Table } {
  const results = names.map((name) => requireRun(name, reports));
  const inSteps = results.map(({ parts }) => parts[0]!.verdict !== undefined);
  if (inSteps[0] !== inSteps[1])
    throw new Failure("one of them went up in steps, and the other one did not", { code: EXIT.refused });
  const titles = titlesOf(results);
  const charts = overlay(results.map(({ parts }, index) => ({ name: titles[index]!, parts })));
  return { charts, table: comparisonTable(results, titles) };
}

/** By what they differ in, if that is the number of replicas; by when they began otherwise. */
function titlesOf(results: Result[]): string[] {
  const sizes = results.map(({ target }) => target.replicas);
  if (sizes[0] !== sizes[1]) return sizes.map((size) => `${size} ${size === 1 ? "replica" : "replicas"}`);
  const times = results.map(({ started }) => new Date(started).toTimeString().slice(0, 8));
  return times[0] === times[1] ? ["the first", "the second"] : times;
}

function comparisonTable(results: Result[], titles: string[]): Table {
  const rows = results.map(({ parts }) => shownPart(parts).statistics.all);
  const figures: [string, (row: (typeof rows)[number]) => number, (value: number) => string][] = [
    ["requests", ({ requests }) => requests, count],
    ["requests a second", ({ rate }) => rate, perSecond],
    ["failed", ({ failed }) => failed, count],
    ["median, ms", ({ times }) => times.p50, ms],
    ["95 %, ms", ({ times }) => times.p95, ms],
    ["99 %, ms", ({ times }) => times.p99, ms],
  ];
  const lines = figures.map(([name, of, show]) => {
    const [a, b] = rows.map(of) as [number, number];
    return [name, show(a), show(b), a > 0 ? `× ${(b / a).toFixed(2)}` : ""];
  });
  return [["in all", ...titles, "the second to the first"], ...lines];
}
