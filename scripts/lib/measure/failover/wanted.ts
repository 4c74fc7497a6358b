import { EXIT, Failure } from "../../run/failure.ts";
import type { OptionValues } from "../../run/options.ts";
import { cutOff, freeze, kill } from "../faults.ts";
import type { Setting } from "./result.ts";
import type { Strike } from "./rounds.ts";

/** What was asked for. */
export interface Asked {
  rounds: number;
  strike: Strike;
  setting: Pick<Setting, "victim" | "how" | "lasts" | "rate" | "seconds">;
}

/** Seconds that a fault lasts, unless it is kill -9: longer than the service waits, shorter than a healthcheck takes to fail. */
const LASTS = 5;
/** Seconds that a round takes: two before the fault, and some in which writes can come back. */
const LEAST = 5;

/** Faults that end by themselves. */
const LASTING = {
  freeze: { how: `frozen for ${LASTS} s`, begin: freeze },
  partition: { how: `cut off from its network for ${LASTS} s`, begin: cutOff },
};

/**
 * Reads what was asked for. Throws a usage Failure where two faults are, or where one would come when nothing is sent any
 * more.
 */
export function wantedFaults(options: OptionValues): Asked {
  const { kill: named = "redis", rounds = 5, rate = 200, seconds = 10 } = options;
  const victim = named === "master" ? "redis" : named;
  const [name, other] = (["freeze", "partition"] as const).filter((one) => options[one]);
  if (other) throw new Failure("FREEZE and PARTITION are two faults: name one", { code: EXIT.usage });
  const least = LEAST + (name ? LASTS : 0);
  if (seconds < least)
    throw new Failure(`SECONDS_EACH is "${seconds}", and a round takes ${least} at least`, {
      code: EXIT.usage,
    });
  const setting = { victim, rate, seconds };
  if (!name) return { rounds, strike: kill, setting: { ...setting, how: "killed with kill -9" } };
  const { how, begin } = LASTING[name];
  return { rounds, strike: (one) => begin(one, LASTS), setting: { ...setting, how, lasts: LASTS } };
}
