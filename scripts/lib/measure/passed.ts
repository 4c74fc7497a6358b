import { EXIT, Failure } from "../run/failure.ts";
import { ending } from "../run/interrupt.ts";
import type { Threshold } from "./load/verdict.ts";

/** How a run was judged. */
export interface Judged {
  passed: boolean;
  interrupted: boolean;
  thresholds: Threshold[];
}

/** Throws a Failure where a run was interrupted, or broke one of its thresholds; `what` is the run, as in "the load". */
export function requirePassed(what: string, { passed, interrupted, thresholds: required }: Judged): void {
  if (interrupted) ending().throwIfAborted();
  if (passed) return;
  const broken = required.filter(({ met }) => !met);
  throw new Failure(`${what} broke ${broken.map(({ name }) => name).join(", ")}`, {
    code: EXIT.failed,
    lines: broken.map(({ name, seen }) => `${name}: ${seen}`),
  });
}
