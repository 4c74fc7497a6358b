import t from "tap";
import { OutageBook } from "./outage.ts";

/** Increments each 10 ms from -1 s to 3 s; those sent from 0 on fail until `back`, and all take 5 ms. */
function outage(back: number, rate = 100) {
  const book = new OutageBook();
  for (let at = -1000; at < 3000; at += 10)
    book.add({ at, latency: 5000, error: at >= 0 && at < back ? "503" : "" });
  return book.close({ at: 0, done: 2 }, rate);
}

t.test("the time until the first acknowledgement, and what failed until then", async (t) => {
  const { back, failed, gap, last, gaps, from, to } = outage(500);
  t.same({ back, failed, gap, last }, { back: 505, failed: 50, gap: 510, last: 495 });
  t.same(gaps, [{ from: -5, to: 505 }]);
  t.same([from, to], [-1000, 2990]);
});

t.test("an answer that was under way when the process ended is not its successor's", async (t) => {
  const book = new OutageBook();
  book.add({ at: -1, latency: 4000, error: "" });
  book.add({ at: 1, latency: 1000, error: "" });
  book.add({ at: 3, latency: 900_000, error: "" });
  t.equal(book.close({ at: 0, done: 2 }, 100).back, 903, "waiting is part of it");
});

t.test("where no write comes back, that is said, and the gap is as long as was looked", async (t) => {
  const { back, gap, failed } = outage(Infinity);
  t.equal(back, undefined);
  t.equal(gap, 2995);
  t.equal(failed, 300);
});

t.test("what the rate explains is no gap", async (t) => {
  t.same(outage(0).gaps, []);
  t.same(outage(40).gaps, [], "less than ten intervals");
});
