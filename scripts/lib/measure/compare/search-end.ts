import type { Limits } from "../load/verdict.ts";
import { type Limit, limitOf } from "./limit.ts";
import type { RunStep } from "./run.ts";
import { meanOf } from "./statistics.ts";

/** As much of the step with which a search ended as tells its limit. */
export type End = Pick<RunStep, "cores" | "strain" | "verdict">;

/** What was the limit where most searches ended, with figures that are means of these; of one at least. */
export function limitOfEnds(ends: End[], generator: Limits, all: number): Limit {
  const limits = ends.map((end) => endLimit(end, generator, all).what);
  const times = (what: Limit["what"]) => limits.filter((one) => one === what).length;
  const most = limits.reduce((a, b) => (times(b) > times(a) ? b : a));
  const same = ends.filter((_, index) => limits[index] === most);
  const strains = same.flatMap(({ strain }) => strain ?? []);
  const { verdict } = same.find((end) => end.verdict.state === "void") ?? same[0]!;
  const middle = { cores: meanOf(same.map(({ cores }) => cores)), verdict };
  return endLimit(strains.length > 0 ? { ...middle, strain: meanOf(strains) } : middle, generator, all);
}

/** A void end is the generator's, whatever kept it from sending. */
function endLimit({ verdict, ...end }: End, generator: Limits, all: number): Limit {
  const found = limitOf(end, generator, all);
  if (verdict.state !== "void" || found.what === "generator") return found;
  const machine = found.what === "machine" ? found.text : verdict.why;
  return { what: "generator", text: `the generator could send no more, since ${machine}` };
}
