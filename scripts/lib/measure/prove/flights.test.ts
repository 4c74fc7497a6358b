import t from "tap";
import { FlightBook } from "./flights.ts";

/** Requests of 15 ms each, of which some failed. */
function bookOf(...rows: [at: number, replica: string, error?: string][]): FlightBook {
  const book = new FlightBook();
  for (const [at, replica, error = ""] of rows) book.add({ at, latency: 15_000, replica, error });
  return book;
}
const kill = (container: string, at: number, done: number) => ({ container, at, done });

t.test("in flight is what was under way when a replica was ended, and what no other answered", async (t) => {
  const book = bookOf([0, "app.1"], [10, "app.1"], [10, "app.2"], [20, "", "ECONNRESET"], [30, "app.2"]);
  t.same(book.cost([kill("app.1", 16, 16)]), { inFlight: 1, beside: 1 }, "begun at 10, at app.1");
  t.same(book.cost([kill("app.1", 20, 22)]), { inFlight: 2, beside: 0 }, "and what nobody answered");
  t.same(book.cost([kill("app.1", 46, 50)]), { inFlight: 0, beside: 1 });
});

t.test(
  "a failure of another replica, or at another time, is none of the replica that was ended",
  async (t) => {
    const own = bookOf([10, "app.1", "no count"], [10, "app.2", "503"], [90, "", "502"]);
    t.same(own.cost([kill("app.1", 20, 22)]), { inFlight: 1, beside: 2 });
    t.same(own.cost([kill("app.1", 20, 22), kill("app.2", 95, 96)]), { inFlight: 2, beside: 1 });
  },
);

t.test("failures that are close are one stretch, in whatever order they come", async (t) => {
  const book = new FlightBook();
  for (const at of [1200, 100, 150, 1000]) book.add({ at, latency: 0, replica: "", error: "503" });
  book.add({ at: 500, latency: 0, replica: "app.1", error: "" });
  t.same(book.failures(), [
    { from: 100, to: 150, requests: 2 },
    { from: 1000, to: 1200, requests: 2 },
  ]);
  t.same(new FlightBook().failures(), []);
});
