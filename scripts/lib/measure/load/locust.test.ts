import t from "tap";
import type { Sample } from "../../../../checks/load/samples.ts";
import { LocustBook } from "./locust.ts";

const sample: Sample = {
  at: 1000,
  route: "read",
  status: 200,
  latency: 2000,
  blocked: 0,
  connect: 0,
  replica: "a",
  error: "",
  size: 10,
};

function bookOf(...samples: Partial<Sample>[]): LocustBook {
  const book = new LocustBook();
  for (const one of samples) book.add({ ...sample, ...one });
  return book;
}

/** As Locust writes it [locust/stats.py]. */
const HEAD =
  "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time," +
  "Max Response Time,Average Content Size,Requests/s,Failures/s," +
  "50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%";

t.test("requests: Locust's columns, a row for each route by its path, and all in the last", async (t) => {
  const book = bookOf(
    {},
    { latency: 4000, size: 20 },
    { route: "increment", error: "503" },
    { route: "page" },
  );
  const [head, ...rows] = book.requestsCsv(2).split("\r\n");
  t.equal(head, HEAD);
  t.same(
    rows.map((row) => row.split(",").slice(0, 4).join()),
    ["GET,/,1,0", "GET,/api/counter,2,0", "POST,/api/counter/increment,1,1", ",Aggregated,4,1", ""],
  );
  const [, read] = rows.map((row) => row.split(","));
  t.equal(read!.length, HEAD.split(",").length);
  const [, , , , median, mean, min, max, size, rate, failures] = read!.map(Number);
  t.match({ size, rate, failures }, { size: 15, rate: 1, failures: 0 });
  for (const [found, wanted] of [
    [median, 2],
    [mean, 3],
    [min, 2],
    [max, 4],
    [Number(read!.at(-1)), 4],
  ] as const)
    t.ok(Math.abs(found! - wanted) < 0.01, `${found} is ${wanted} ms`);
});

t.test(
  "failures: by method, path and reason, the most frequent first; what has a comma is quoted",
  async (t) => {
    const error = 'no "answer", at all';
    const book = bookOf({}, { route: "reset", error }, { error: "503" }, { error: "503" });
    t.equal(
      book.failuresCsv(),
      [
        "Method,Name,Error,Occurrences",
        "GET,/api/counter,503,2",
        'POST,/api/counter/reset,"no ""answer"", at all",1',
        "",
      ].join("\r\n"),
    );
  },
);

t.test("sizes that older samples lack stay empty, and nothing is no row", async (t) => {
  const book = new LocustBook();
  book.add({ ...sample, size: undefined });
  t.equal(book.requestsCsv(1).split("\r\n")[1]!.split(",")[8], "");
  t.equal(bookOf().requestsCsv(0), `${HEAD}\r\n`);
});
