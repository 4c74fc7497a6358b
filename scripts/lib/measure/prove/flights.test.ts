import t from "tap";
import { FlightBook } from "./flights.ts";

t.test("requests under way at a moment, those that end or begin in it among them", async (t) => {
  const book = new FlightBook();
  for (const at of [0, 10, 20, 30]) book.add({ at, latency: 15_000, error: "" });
  t.equal(book.between({ from: 16, to: 16 }), 1, "begun at 10");
  t.equal(book.between({ from: 20, to: 22 }), 2, "begun at 10 and 20");
  t.equal(book.between({ from: 46, to: 50 }), 0);
});

t.test("failures that are close are one stretch, in whatever order they come", async (t) => {
  const book = new FlightBook();
  for (const at of [1200, 100, 150, 1000]) book.add({ at, latency: 0, error: "503" });
  book.add({ at: 500, latency: 0, error: "" });
  t.same(book.failures(), [
    { from: 100, to: 150, requests: 2 },
    { from: 1000, to: 1200, requests: 2 },
  ]);
  t.same(new FlightBook().failures(), []);
});
