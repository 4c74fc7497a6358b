import { NotReachable } from "../../run/download.ts";
import type { OptionValues } from "../../run/options.ts";
import type { Outcome, Report } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import { builtin, type Generator } from "./generate.ts";
import { findK6 } from "./k6.ts";

/**
 * k6 or the built-in one. Where nothing was said, k6 is taken if it can be had; `missing` says what it would need
 * otherwise. Throws a Failure (refused) where k6 was asked for and cannot be had, or what there is of it is not right.
 */
export async function chooseGenerator(
  { k6 }: Settings["load"],
  options: OptionValues,
  report: Report,
  find: typeof findK6 = findK6,
): Promise<Outcome & { generator: Generator; missing: string[] }> {
  const { generator: wanted = "auto" } = options;
  if (wanted === "builtin") return { generator: builtin, missing: [], note: "the built-in one" };
  try {
    const generator = await find(k6, options, report);
    return { generator, missing: [], note: `k6 ${generator.version}, ${generator.program}` };
  } catch (error) {
    if (wanted === "k6" || !(error instanceof NotReachable)) throw error;
    const missing = [error.message, ...(error.details.lines ?? [])];
    return { generator: builtin, missing, note: "the built-in one: no k6 is to be had" };
  }
}
