import { MODES } from "../../../deployment/redis-modes.ts";
import type { RedisMode } from "../../../run/values.ts";
import { count } from "../../load/tables.ts";

/** A change takes so many seconds, about: the new Redis starts, the replicas roll, the old one ends. */
const CHANGE_SECONDS = 60;
/** What a check takes beside its requests. */
const CHECK_SECONDS = 5;

/** What is done to the deployment, as far as it is known beforehand. */
export interface Plan {
  /** The way Redis is run before and after. */
  first: RedisMode;
  /** The modes to be checked, in this order. */
  modes: RedisMode[];
  /** Those that Redis is changed to, the last time to the first one. */
  changes: RedisMode[];
}

export function planOf(first: RedisMode, modes: RedisMode[]): Plan {
  const way = [first, ...modes, first];
  return { first, modes, changes: way.filter((mode, index) => index > 0 && mode !== way[index - 1]) };
}

/** How many changes there are before the first mode is put back. */
export const movesOf = ({ first, modes }: Plan) =>
  modes.filter((mode, index) => mode !== (modes[index - 1] ?? first)).length;

/** Whether counts of several Redis are left that were there before, of which one has to be named. */
export const leavesSeveral = ({ first, changes }: Plan) => changes.length > 0 && MODES[first].instances > 1;

/** About how many seconds it takes. */
export const secondsOf = ({ modes, changes }: Plan, increments: number, rate: number) =>
  changes.length * CHANGE_SECONDS + modes.length * (CHECK_SECONDS + (2 * increments) / rate);

/** What is going to happen, to be confirmed: goes on after the name of the deployment. */
export function warning(plan: Plan, increments: number, rate: number): string {
  const { first, modes, changes } = plan;
  const minutes = Math.ceil(secondsOf(plan, increments, rate) / 60);
  const times = changes.length === 1 ? "once" : `${changes.length} times`;
  return [
    `counts with Redis ${modes.join(", ")}, for about ${minutes} min.`,
    ...(changes.length > 0
      ? [
          `Redis is changed ${times} (${changes.join(", ")}), and each time writes are refused until it is done.`,
        ]
      : []),
    `The count grows by ${count(modes.length * increments)}, and stays so. At the end Redis is ${first}, as now.`,
    ...(leavesSeveral(plan) ? [`All of its ${MODES[first].instances} Redis have the same count then.`] : []),
  ].join("\n");
}
