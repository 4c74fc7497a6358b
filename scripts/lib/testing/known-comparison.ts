import { mkdirSync, readdirSync } from "node:fs";
import type { Test } from "tap";
import { type Method, figuresOf } from "../measure/compare/comparison.ts";
import { conductRuns } from "../measure/compare/conduct.ts";
import type { Lengths } from "../measure/compare/plan.ts";
import type { Subject } from "../measure/compare/subject.ts";
import { wantedComparison } from "../measure/compare/wanted.ts";
import { builtin, type Generator } from "../measure/load/generate.ts";
import { ROOT } from "../run/paths.ts";
import { readSettings } from "../run/settings.ts";
import { silent } from "./silent.ts";

const { load } = readSettings({});
/** Sends nothing, and says what a counter of a known capacity would have answered. */
const oracle: Generator = { ...builtin, args: [`${ROOT}scripts/lib/testing/oracle.js`] };
const LENGTHS: Lengths = { warmUp: 0.1, ramp: 0.5, users: 1, step: 2, raise: 1.12 };

/** How such a comparison is said to have been measured. */
export const methodOf = (sizes: number[], rounds: number, p99: number, lengths: Lengths): Method => ({
  sizes,
  orchestrators: ["swarm"],
  rounds,
  seed: 3,
  quick: false,
  budget: "each",
  limits: { swarm: 0 },
  lengths,
  users: 300,
  p99,
  generator: { name: "builtin", version: "test", threads: "one" },
  cores: 2,
});

interface Known {
  sizes: number[];
  rounds: number;
  /** Requests a second that so many replicas can do. */
  capacity: (size: number) => number;
  /** What was changed, after so many runs. */
  disturbed?: (runs: number) => string | undefined;
}

/** A comparison of what the oracle knows. */
export async function knownComparison(t: Test, { sizes, rounds, capacity, disturbed }: Known) {
  let size = 1;
  let asked = 0;
  const subject: Subject = {
    name: "swarm",
    // Nobody listens there.
    get url() {
      return `http://127.0.0.1:9/${capacity(size)}/${size}`;
    },
    version: "v1",
    counted: 0,
    before: { replicas: 1, cpus: 0 },
    to: async (replicas) => void (size = replicas),
    disturbed: async () => disturbed?.(++asked),
    restore: async () => {},
  };
  const wanted = wantedComparison({ sizes, rounds, seed: 3, orchestrators: ["swarm"] });
  const folder = t.testdir({});
  mkdirSync(`${folder}/raw`);
  const where = { subjects: [subject], generator: oracle, settings: load, folder, steps: silent };
  const runs = await conductRuns({ wanted: { ...wanted, lengths: LENGTHS }, method: {}, ...where });
  if (runs.failure) throw runs.failure;
  const figures = figuresOf(methodOf(sizes, rounds, load.max.p99, LENGTHS), [], runs.measured, runs.all);
  return { figures, files: readdirSync(`${folder}/raw`) };
}
