import { count, ms } from "../load/tables.ts";
import type { Baseline } from "./baseline.ts";
import type { ArmResult, Difference, Figures } from "./comparison.ts";
import { type Estimate, estimateText } from "./statistics.ts";

const WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const PLATFORMS = { swarm: "Docker Swarm", k3s: "k3s" };

const word = (number: number) => WORDS[number] ?? String(number);
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const replicas = (number: number) => `${word(number)} ${number === 1 ? "replica" : "replicas"}`;

/** The most important difference of a comparison, in one sentence; what was measured, where there is none. */
export function headlineOf(figures: Figures): string {
  const { differences, arms, method } = figures;
  const largest = `${method.orchestrators[0]} ${Math.max(...method.sizes)}`;
  const main = differences.find(({ other }) => other === largest);
  if (main) return sentenceOf(main, figures);
  const nothing = arms.filter(({ twin, rates }) => !twin && Math.max(...rates) === 0);
  if (nothing.length > 0) return nothing.flatMap(nothingText).join(" ");
  const [first] = differences;
  return first ? sentenceOf(first, figures) : "No two sizes could be measured in the same round.";
}

/** Where the generator ended the searches, or some of them, more may be held than was. */
const isOpen = ({ cutShort, limit }: ArmResult) => cutShort > 0 || limit.what === "generator";

const heldText = (arm: ArmResult) => `${isOpen(arm) ? "at least " : ""}${count(arm.rate)}`;

/** A difference as one plain sentence with its figures, and what was the limit. */
export function sentenceOf(difference: Difference, { arms, noise }: Figures): string {
  const [base, other] = [difference.base, difference.other].map((wanted) =>
    arms.find(({ name }) => name === wanted)!,
  ) as [ArmResult, ArmResult];
  const same = base.orchestrator === other.orchestrator;
  const on = same ? "" : ` on ${PLATFORMS[other.orchestrator]}`;
  const they = base.replicas === 1 ? "it" : "they";
  const what = same ? `${word(base.replicas)} held` : `${they} held on ${PLATFORMS[base.orchestrator]}`;
  const rates = `${heldText(other)} against ${heldText(base)} requests a second`;
  const held = `${replicas(other.replicas)}${on} held ${estimateText(difference.rate)} what ${what} (${rates})`;
  const why = other.limit.text;
  const told = same && !isOpen(base) && !isOpen(other);
  const speed = told ? ", so replicas bought speed" : "";
  const availability = told ? ", so replicas bought availability, not speed" : "";
  switch (difference.finding) {
    case "more":
      return capital(`${held}: ${why}${speed}.`);
    case "less":
      return capital(`${held}: ${why}${availability}.`);
    case "none": {
      const floor = noise ? `; the same size twice was ${estimateText(noise.rate)}` : "";
      return capital(`${held}, no difference that these runs can show${floor}: ${why}${availability}.`);
    }
    default:
      return capital(`in one round, ${held}; one round cannot tell that from chance. ${capital(why)}.`);
  }
}

/** Everything else that has to be said of the figures, a line each. */
export function remarksOf(figures: Figures, interrupted: boolean, baseline?: Baseline): string[] {
  const { arms, runs, differences, noise, method } = figures;
  const headline = headlineOf(figures);
  return [
    ...(interrupted ? ["It ended early: this is what was measured until then."] : []),
    ...differences.map((one) => sentenceOf(one, figures)).filter((sentence) => sentence !== headline),
    ...arms.flatMap(nothingText).filter((sentence) => !headline.includes(sentence)),
    ...(noise ? [noiseText(noise.rate)] : []),
    ...arms.flatMap(({ name, slow, runs: all }) =>
      slow
        ? [
            `In ${slow.runs} of ${all} runs of ${name} a replica answered more slowly than the others, most of all ${slow.replica}: a p50 of ${ms(slow.p50)} ms against ${ms(slow.others)} ms.`,
          ]
        : [],
    ),
    ...arms.flatMap(({ name, cutShort, runs: all, limit }) =>
      cutShort > 0
        ? [
            `${cutShort} of ${all} searches of ${name} ended because the generator could send no more: the rate may be higher than what was held. ${capital(limit.text)}.`,
          ]
        : [],
    ),
    ...strangersText(arms, method.cores),
    ...runs.flatMap(({ round, arm, void: why }) =>
      why ? [`Round ${round} of ${arm} is void: ${why}.`] : [],
    ),
    ...(baseline?.rows ?? []).flatMap(({ text, worse }) =>
      worse ? [`Worse than the baseline: ${text}.`] : [],
    ),
  ];
}

/** What has to be said of an arm of which runs held nothing: a ratio with nothing is none. */
function nothingText({ name, rates }: ArmResult): string[] {
  const runs = rates.filter((rate) => rate === 0).length;
  if (runs === 0) return [];
  const some = runs < rates.length;
  const which = some ? ` in ${runs} of ${rates.length} runs, which are in no ratio` : "";
  return [`${name} held nothing${which}: no rate that was tried met the objective.`];
}

function noiseText(rate: Estimate): string {
  const far = Math.max(...(rate.interval ?? [rate.ratio]).map((end) => Math.abs(Math.log(end))));
  return `The same size twice was ${estimateText(rate)}: what is within ${(100 * (Math.exp(far) - 1)).toFixed(1)} % is noise.`;
}

/** Of all cores, what programs that are no part of this may use before it has to be said. */
const STRANGERS = 0.1;

/** What was busy and is neither known nor the kernel's: at least so much was used by others. */
function strangersText(arms: ArmResult[], all: number): string[] {
  const shares = arms.map(({ cores, strain }) => ((cores.others ?? 0) - strain.kernel) / all);
  const most = Math.max(0, ...shares);
  if (most < STRANGERS) return [];
  return [
    `This machine was not quiet: programs that are no part of this used up to ${Math.round(100 * most)} % of it, or more.`,
  ];
}
