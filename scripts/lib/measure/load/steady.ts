import { type Plan, planOf, PROFILES } from "../../../../checks/load/profiles.ts";
import { until } from "../../run/wait.ts";
import type { Intake } from "./intake.ts";

/** Longer than a request may take: none is dropped because others wait. */
const AT_ONCE_SECONDS = 11;
const FIRST_SAMPLE = 15;

/** Increments at a steady rate a second, each sent however long others wait. */
export const steadyIncrements = (url: string, rate: number, seconds: number): Plan =>
  planOf({ ...PROFILES.increments, rate, seconds, users: rate * AT_ONCE_SECONDS }, url);

/** Waits until the first request of each has ended, well or not. Throws a Failure where none does. */
export const flowing = (...intakes: Intake[]) =>
  until({ what: "no increment was sent", deadline: FIRST_SAMPLE }, async () =>
    intakes.every(({ tally }) => tally.requests > 0),
  );
