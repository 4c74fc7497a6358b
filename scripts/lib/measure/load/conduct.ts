import { lengthOf, type Plan, planOf, type Profile } from "../../../../checks/load/profiles.ts";
import type { Sample } from "../../../../checks/load/samples.ts";
import { ending } from "../../run/interrupt.ts";
import type { Outcome, Progress, Report } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import type { Strain } from "../cores.ts";
import { generate, type Generator, type Usage } from "./generate.ts";
import { Intake } from "./intake.ts";
import type { Ledger } from "./ledger.ts";
import type { RawFile } from "./raw.ts";
import type { Statistics } from "./statistics.ts";
import { count, ms } from "./tables.ts";
import { countOf, platformOfTarget, type Target } from "./target.ts";
import { type Cores, judgeStep, type Verdict } from "./verdict.ts";

/** What one run of a generator gave. */
export interface Part {
  /** Requests a second that were asked for, in the open model. */
  rate: number;
  statistics: Statistics;
  dropped: number;
  cores: Cores;
  /** Where the target is on this machine. */
  strain?: Strain;
  /** Where every request was an increment, and the counter answered at the end. */
  ledger?: Ledger;
  /** There should be a ledger, and the counter did not say its count at the end. */
  silent?: true;
  verdict?: Verdict;
}

/** A load under way. */
export interface Load {
  profile: Profile;
  target: Target;
  generator: Generator;
  settings: Settings["load"];
  raw: RawFile;
  /** Further variables for the generator of each part, by its number. */
  environment: (part: number) => Record<string, string>;
  progress: Progress;
  /** Sees it go on, for a live page. */
  watch?: Watch;
}

/** What sees a load go on. */
export interface Watch {
  /** What it is sent to, and by what. */
  begin: (load: Pick<Load, "target" | "generator">) => void;
  /** A part begins. */
  part: (intake: Intake, plan: Plan) => void;
  sample: (sample: Sample) => void;
  /** Whose CPU it was in the last second. */
  usage: (usage: Usage) => void;
}

/** A rate that no step comes near on one host: a search ends, whatever the target. */
const MOST_STEPS = 60;
const REPORT_EVERY = 500;
const CUT_OFF: Verdict = { state: "void", why: "it was interrupted" };

/** Sends the profile, or its steps, until the end, the objective's break or an interruption. */
export async function conduct(load: Load): Promise<Part[]> {
  const { profile, progress, settings, generator } = load;
  load.watch?.begin(load);
  if (!profile.steps) {
    return [await sendPart(load, profile, "Send the load", 1)];
  }
  const judge = (part: Part) => judgeStep(part, settings.max.p99, generator);
  const parts: Part[] = [];
  let again = false;
  for (let rate = profile.rate; parts.length < MOST_STEPS;) {
    if (parts.length > 0) progress.extend(1);
    const name = `${count(rate)} a second${again ? ", again" : ""}`;
    const part = await sendPart(load, { ...profile, rate }, name, parts.length + 1, judge);
    parts.push(part);
    const met = part.verdict?.state === "met";
    if (ending().aborted || (again && !met)) break;
    // A machine has other things to do, too: only what happens twice is the target's, or the generator's, doing.
    again = !met;
    if (met) rate = Math.ceil(rate * settings.max.raise);
  }
  return parts;
}

async function sendPart(
  load: Load,
  profile: Profile,
  name: string,
  number: number,
  judge?: (part: Part) => Verdict,
): Promise<Part> {
  const { target, raw, progress, watch } = load;
  const generator = { ...load.generator, env: load.environment(number) };
  const plan = planOf(profile, target.url);
  const { part } = await progress.step<Outcome & { part: Part }>(name, async (report) => {
    const before = (await countOf(target.url)) ?? target.count;
    const intake = new Intake(plan, before, watch?.sample);
    raw.part({ rate: profile.rate, users: profile.users, model: plan.model, stages: plan.stages });
    watch?.part(intake, plan);
    const timer = setInterval(() => show(intake, report), REPORT_EVERY);
    try {
      const where = { local: target.local, platform: platformOfTarget(target) };
      const usage = await generate(generator, plan, { intake, raw, ...where, usage: watch?.usage });
      const statistics = intake.tally.sum(lengthOf(plan));
      const after = intake.ledger && (await countOf(target.url));
      const book = after === undefined ? { silent: true as const } : { ledger: intake.ledger!.close(after) };
      const dropped = intake.ending?.dropped ?? 0;
      const sent: Part = { rate: profile.rate, statistics, dropped, ...usage, ...(intake.ledger && book) };
      const verdict = judge && (ending().aborted ? CUT_OFF : judge(sent));
      return { part: { ...sent, ...(verdict && { verdict }) }, note: noteOf(sent, verdict) };
    } finally {
      clearInterval(timer);
    }
  });
  return part;
}

function show(intake: Intake, report: Report): void {
  const latest = intake.tally.latest();
  if (latest) report(`${Math.round(latest.from)} s  ${figures(latest)}`);
}

const figures = ({ rate, failed, times }: Pick<Statistics["all"], "rate" | "failed" | "times">) =>
  `${count(rate)}/s  p50 ${ms(times.p50)}  p99 ${ms(times.p99)} ms  ${count(failed)} failed`;

function noteOf({ statistics }: Part, verdict?: Verdict): string {
  const verdictText = verdict ? `  ${verdict.state}${verdict.why && `: ${verdict.why}`}` : "";
  return figures(statistics.all) + verdictText + (ending().aborted ? "  interrupted" : "");
}
