/** What became of the increments that clients sent, against what the counter says. */
export interface Ledger {
  before: number;
  after: number;
  acknowledged: number;
  /** Increments without an answer, or with an error: they may have counted or not. */
  unknown: number;
  /** Acknowledged, and not counted. */
  lost: number;
  /** Counted, although nobody can have sent them. */
  extra: number;
  /** Answers with a count that another answer had as well. */
  repeated: number;
  /** Answers with a count of their own, which the last one includes: these are counted for certain. */
  confirmed: number;
  /** Answers with a count that cannot be: not above the first, or above the last. */
  impossible: number;
  right: boolean;
}

/** Far more values than one run can count; beyond, an answer is held for impossible. */
const MOST = 2 ** 30;

/**
 * Keeps account of increments. Each answered count is remembered in a bit, so that a lost increment shows even where
 * another one counted twice and the sum is right.
 */
export class LedgerBook {
  readonly #before: number;
  #seen = new Uint8Array(1024);
  #acknowledged = 0;
  #unknown = 0;
  #repeated = 0;
  #impossible = 0;
  #highest = 0;

  constructor(before: number) {
    this.#before = before;
  }

  acknowledge(value: number): void {
    this.#acknowledged++;
    const bit = value - this.#before - 1;
    if (bit < 0 || bit > MOST) return void this.#impossible++;
    this.#highest = Math.max(this.#highest, value);
    const [index, mask] = [bit >> 3, 1 << (bit & 7)];
    if (index >= this.#seen.length) this.#grow(index);
    if (this.#seen[index]! & mask) this.#repeated++;
    this.#seen[index]! |= mask;
  }

  #grow(index: number): void {
    const larger = new Uint8Array(2 * (index + 1));
    larger.set(this.#seen);
    this.#seen = larger;
  }

  /** An increment whose fate the client does not know. */
  wonder(): void {
    this.#unknown++;
  }

  /** The account, when the counter says `after` at the end. */
  close(after: number): Ledger {
    const [before, acknowledged, unknown, repeated] = [
      this.#before,
      this.#acknowledged,
      this.#unknown,
      this.#repeated,
    ];
    const counted = after - before;
    const lost = Math.max(0, acknowledged - counted);
    const extra = Math.max(0, counted - acknowledged - unknown);
    const impossible = this.#impossible + (this.#highest > after ? 1 : 0);
    const confirmed = this.#within(counted);
    const right = lost + extra + repeated + impossible === 0;
    return { before, after, acknowledged, unknown, lost, extra, repeated, confirmed, impossible, right };
  }

  /** How many of the first so many counts were answered. */
  #within(counts: number): number {
    let found = 0;
    for (let bit = 0; bit < Math.min(counts, 8 * this.#seen.length); bit++)
      if (this.#seen[bit >> 3]! & (1 << (bit & 7))) found++;
    return found;
  }
}

const n = (value: number) => value.toLocaleString("en");

/** The account in a line. */
export function ledgerLine(ledger: Ledger): string {
  const { acknowledged, before, after, unknown, right, ...faults } = ledger;
  const line = `${n(acknowledged)} increments acknowledged, ${n(after - before)} counted`;
  const doubt = unknown > 0 ? `, ${n(unknown)} of unknown fate` : "";
  const { lost, extra, repeated, impossible } = faults;
  const wrong = Object.entries({ lost, "too many": extra, repeated, impossible }).filter(
    ([, count]) => count > 0,
  );
  return `${line}${doubt}: ${right ? "right" : wrong.map(([what, count]) => `${n(count)} ${what}`).join(", ")}`;
}
