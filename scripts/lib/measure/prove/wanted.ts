import { EXIT, Failure } from "../../run/failure.ts";
import { count } from "../load/tables.ts";
import { type Act, ACTS } from "./acts.ts";
import { CONTROLS } from "./controls.ts";

/** Seconds that each act takes beside what it does: it is prepared, begun, and counted at the end. */
const BESIDE = 4;
/** And what is done once: versions are made, the hardening is looked at, the controls run, and all is put back. */
const ONCE = 150;

/** The acts, for a usage text. */
export const ACT_NOTES = [
  "Acts:",
  ...ACTS.map(
    ({ name, does, asked }) => `  ${name.padEnd(15)} ${does}${asked ? " (only where asked for)" : ""}`,
  ),
];

/**
 * The acts that were asked for, or all but those that are only done where they are. The first one is always that in which
 * nothing happens. Throws a usage Failure.
 */
export function wantedActs(names: readonly string[] | undefined): Act[] {
  const unknown = names?.find((name) => !ACTS.some((act) => act.name === name));
  if (unknown !== undefined) {
    const known = ACTS.map(({ name }) => name).join(", ");
    throw new Failure(`ACTS has "${unknown}"; it is a list of ${known}`, { code: EXIT.usage });
  }
  return ACTS.filter(({ name, asked }, index) => index === 0 || (names?.includes(name) ?? !asked));
}

/** About how many seconds they take. */
export const secondsOf = (acts: readonly Act[], seconds: number) =>
  ONCE + acts.reduce((sum, act) => sum + BESIDE + Math.max(seconds, act.seconds), 0);

/** What is going to happen, to be confirmed: goes on after the name of the deployment. */
export function warning(acts: readonly Act[], rate: number, seconds: number): string {
  return [
    `gets ${count(rate)} increments a second for about ${Math.ceil(secondsOf(acts, seconds) / 60)} min, and meanwhile:`,
    ...acts.slice(1).map(line),
    "and, to see whether it would be seen:",
    ...CONTROLS.map(line),
    "Requests of others fail then, too. At the end version, scale and count are put back.",
  ].join("\n");
}

const line = ({ name, does }: Pick<Act, "name" | "does">) => `  ${name.padEnd(15)} ${does}`;
