import t from "tap";
import { LedgerBook, ledgerLine } from "./ledger.ts";

/** A book of increments that were answered with these counts. */
function book(before: number, values: number[], unknown = 0): LedgerBook {
  const ledger = new LedgerBook(before);
  for (const value of values) ledger.acknowledge(value);
  for (let left = unknown; left > 0; left--) ledger.wonder();
  return ledger;
}

t.test("acknowledged and counted are the same, in whatever order the answers came", async (t) => {
  const ledger = book(10, [12, 11, 13]).close(13);
  t.match(ledger, { acknowledged: 3, lost: 0, extra: 0, repeated: 0, impossible: 0, right: true });
  t.equal(ledgerLine(ledger), "3 increments acknowledged, 3 counted: right");
});

t.test("an acknowledged increment that is not counted is lost", async (t) => {
  t.match(book(0, [1, 2, 3]).close(2), { lost: 1, right: false });
  t.match(book(0, [1, 2, 2]).close(2), { lost: 1, repeated: 1, right: false });
});

t.test("one that counts twice is too many, also where a lost one makes the sum right", async (t) => {
  t.match(book(0, [2, 4]).close(4), { extra: 2, right: false });
  const hidden = book(0, [1, 1, 3]).close(3);
  t.match(hidden, { lost: 0, extra: 0, repeated: 1, right: false });
  t.match(ledgerLine(hidden), /1 repeated/);
});

t.test("what was not answered may have counted or not, and no more than that", async (t) => {
  for (const after of [2, 3, 4]) t.match(book(0, [1, 2], 2).close(after), { right: true }, String(after));
  t.match(book(0, [1, 2], 2).close(5), { extra: 1, right: false });
  t.match(ledgerLine(book(0, [1, 2], 2).close(3)), /2 of unknown fate: right/);
});

t.test("a count that cannot be is found", async (t) => {
  t.match(book(10, [10]).close(11), { impossible: 1, right: false });
  t.match(book(0, [1, 9]).close(2), { impossible: 1, right: false });
  t.match(book(0, [2 ** 40]).close(1), { impossible: 1, right: false });
});

t.test("a long run's counts are all remembered", async (t) => {
  const values = Array.from({ length: 100_000 }, (_, index) => 100_000 - index);
  t.match(book(0, values).close(100_000), { acknowledged: 100_000, right: true });
  t.match(book(0, [...values, 77_777]).close(100_001), { repeated: 1, right: false });
});
