import { type Profile, PROFILES, withoutResets } from "../../../../checks/load/profiles.ts";
import { interruption } from "../../run/interrupt.ts";
import { type Report, within } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import type { Strain } from "../cores.ts";
import { conduct, type Part } from "../load/conduct.ts";
import type { Generator } from "../load/generate.ts";
import { noRaw, openRaw, type RawFile } from "../load/raw.ts";
import type { Row } from "../load/statistics.ts";
import { platformOfTarget, type Target } from "../load/target.ts";
import { type Cores, highestMet, type Verdict } from "../load/verdict.ts";
import type { Platform } from "../platform.ts";
import { memoryOf, players, type Role } from "../processes.ts";
import type { Lengths } from "./plan.ts";

/** The coarse search asks for so many times what it asked for before: it only looks where to begin. */
const COARSE = 1.5;
/** Requests a second at which the coarse search begins. */
const BEGIN = 300;
/** Requests a second below which no search begins. */
export const LEAST = 20;
/** Of the rate that was held before, where the next search begins. */
const BELOW = 0.7;
/** And where it begins again if nothing is held there, so many times. */
const LOWER = 1 / 2;
const TRIES = 4;

const { average, max } = PROFILES;
/** Resets are left out, and their share read: no comparison loses a count, and all of its runs do the same. */
export const USERS = { ...average, weights: withoutResets(average.weights) } satisfies Profile;
export const SEARCH = { ...max, weights: withoutResets(max.weights) } satisfies Profile;

/** One step of a search. */
export interface RunStep {
  /** Requests a second that were asked for, and what became of those that were sent. */
  rate: number;
  all: Row;
  dropped: number;
  cores: Cores;
  strain?: Strain;
  verdict: Verdict;
}

/** One visit to an arm: everything that was measured of it in one round. */
export interface Run {
  round: number;
  arm: string;
  /** Why it counts for nothing; empty if it counts. */
  void: string;
  /** The original's users. Their times are in the merged figures of the arm. */
  users: Pick<Part, "cores" | "strain"> & { requests: number; failed: number; connections: number };
  /** The search for the highest rate: what was held (0 if nothing was), and every step that was tried. */
  held: number;
  steps: RunStep[];
  /** The step with which it ended: above what was held, where the objective broke, or the generator could send no more. */
  end: RunStep;
  /** Bytes of memory by role, after the search. */
  memory: Partial<Record<Role, number>>;
}

/** What one visit needs to know. */
export interface Visit {
  target: Target;
  generator: Generator;
  settings: Settings["load"];
  lengths: Lengths;
  report: Report;
}

/** Sends a load that is thrown away, at a rate that is nobody's limit. Returns nothing, and throws as a load does. */
export async function warmUp(visit: Visit, rate = BEGIN): Promise<void> {
  await send(visit, { ...SEARCH, rate, seconds: visit.lengths.warmUp }, noRaw, undefined);
}

/** A first, coarse look at what rate is held: where the searches begin. */
export async function coarseRate(visit: Visit): Promise<number> {
  const steps = await search(visit, BEGIN, COARSE, noRaw);
  return highestMet(steps)?.rate ?? LEAST;
}

/** Measures the users and then the highest rate, and writes every sample into files that begin with `raw`. */
export async function measure(visit: Visit, known: number, raw: string) {
  const { lengths } = visit;
  await warmUp(visit, Math.max(LEAST, known / 2));
  const seconds = lengths.ramp + lengths.users;
  const users = await keeping(`${raw}-users.csv.gz`, (file) =>
    send(visit, { ...USERS, rate: Math.ceil(USERS.users / lengths.ramp), seconds }, file, undefined),
  );
  const steps = await keeping(`${raw}-max.csv.gz`, (file) =>
    search(visit, BELOW * known, visit.lengths.raise, file),
  );
  const { statistics, cores, strain } = users[0]!;
  return {
    users: {
      cores,
      ...(strain && { strain }),
      requests: statistics.all.requests,
      failed: statistics.all.failed,
      connections: statistics.connections,
    },
    held: highestMet(steps)?.all.rate ?? 0,
    steps,
    end: endOf(steps),
    memory: memoryByRole(platformOfTarget(visit.target)),
  };
}

/** The second of two steps in a row that did not meet the objective, above the highest that did. */
function endOf(steps: RunStep[]): RunStep {
  const best = highestMet(steps);
  const after = steps.slice(best ? steps.indexOf(best) + 1 : 0);
  return after[1] ?? after[0] ?? steps.at(-1)!;
}

async function keeping<T>(file: string, action: (raw: RawFile) => Promise<T>): Promise<T> {
  const raw = openRaw(file);
  try {
    return await action(raw);
  } finally {
    await raw.close();
  }
}

/** Raises the rate until the objective breaks; begins again lower where even the first one does. */
async function search(visit: Visit, from: number, raise: number, raw: RawFile): Promise<RunStep[]> {
  const steps: RunStep[] = [];
  let begin = gridRate(from, raise);
  for (let tries = 1; ; tries++, begin = gridRate(LOWER * begin, raise)) {
    const parts = await send(visit, { ...SEARCH, rate: begin, seconds: visit.lengths.step }, raw, raise);
    for (const { rate, statistics, dropped, cores, strain, verdict } of parts)
      steps.push({ rate, all: statistics.all, dropped, cores, ...(strain && { strain }), verdict: verdict! });
    if (highestMet(steps) || begin <= LEAST || tries >= TRIES) return steps;
  }
}

/** The highest of the rates that all searches have in common, so that their samples can be merged, that is not above. */
export function gridRate(rate: number, raise: number): number {
  let found = LEAST;
  for (let next = found; next <= rate; next = Math.ceil(found * raise)) found = next;
  return found;
}

/** Sends a profile, as steps where `raise` says by how much. Throws where the run was interrupted. */
async function send(
  visit: Visit,
  profile: Profile,
  raw: RawFile,
  raise: number | undefined,
): Promise<Part[]> {
  const { target, generator, report } = visit;
  const { steps: _steps, ...plain } = profile;
  const settings = { ...visit.settings, max: { ...visit.settings.max, raise: raise ?? visit.lengths.raise } };
  const load = { target, generator, settings, raw, progress: within(report), environment: () => ({}) };
  const parts = await conduct({ ...load, profile: raise === undefined ? plain : profile });
  interruption.throwIfAborted();
  return parts;
}

/** Bytes that the processes of each role take now, as `players` takes the platform. */
function memoryByRole(platform: Platform | undefined): Partial<Record<Role, number>> {
  const memory: Partial<Record<Role, number>> = {};
  for (const { role, pid } of players(platform)) memory[role] = (memory[role] ?? 0) + memoryOf(pid);
  return memory;
}
