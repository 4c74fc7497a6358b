import { lengthOf, onlyIncrements, type Plan } from "../../../../checks/load/profiles.ts";
import { type Ending, parseEnding, parseSample, type Sample } from "../../../../checks/load/samples.ts";
import { LedgerBook } from "./ledger.ts";
import { Tally } from "./statistics.ts";

/** As many slices as a chart has room for. */
const SLICES = 120;
/** Other lines that a generator prints are kept for an error message, so many at most. */
const MESSAGES = 20;

/** Reads what a generator writes, line by line, whichever generator it is. */
export class Intake {
  readonly tally: Tally;
  /** Where every request is an increment. */
  readonly ledger: LedgerBook | undefined;
  ending: Ending | undefined;
  readonly messages: string[] = [];
  readonly #watch: ((sample: Sample) => void) | undefined;

  /** `count` is the counter's before the plan is sent; `watch` is told of each sample. */
  constructor(plan: Pick<Plan, "stages" | "weights">, count: number, watch?: (sample: Sample) => void) {
    this.#watch = watch;
    this.tally = new Tally(Math.max(1, Math.ceil(lengthOf(plan) / SLICES)));
    this.ledger = onlyIncrements(plan.weights) ? new LedgerBook(count) : undefined;
  }

  /** Takes a line in; says whether it is one of the samples. */
  line(text: string): boolean {
    const sample = parseSample(text);
    if (sample) {
      this.tally.add(sample);
      this.#watch?.(sample);
      if (sample.route === "increment") this.#book(sample.error === "" ? sample.value : undefined);
      return true;
    }
    const ending = parseEnding(text);
    if (ending) this.ending = ending;
    else if (text.trim() && this.messages.push(text) > MESSAGES) this.messages.shift();
    return false;
  }

  #book(value: number | undefined): void {
    if (value === undefined) this.ledger?.wonder();
    else this.ledger?.acknowledge(value);
  }
}
