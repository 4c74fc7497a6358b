import t from "tap";
import { inOrderOfTime } from "./log-lines.ts";

t.test("lines of several replicas come in the order of their times", async (t) => {
  const text = [
    "2026-01-01T00:00:02.5Z app.1 | two",
    "2026-01-01T00:00:04Z app.1 | four",
    "  a line that belongs to four",
    "[pod/app-2] 2026-01-01T00:00:01.000000001Z one",
    "[pod/app-2] 2026-01-01T00:00:03Z three",
  ];
  const [two, four, more, one, three] = text.map((line) => `${line}\n`);
  t.equal(inOrderOfTime(text.join("\n")), [one, two, three, four, more].join(""));
  t.equal(inOrderOfTime(""), "");
});
