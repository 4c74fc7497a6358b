import t from "tap";
import { ageOf, instanceTable } from "./instance-table.ts";

t.test("columns are aligned, and a reason stands below its row", async (t) => {
  const since = new Date(Date.now() - 90_000).toISOString();
  const usage = { cpus: 0.5, memory: 26 * 2 ** 20 };
  const table = instanceTable([
    { name: "app.1", state: "running", version: "1896664e14d6", since, restarts: 0, usage, node: "server" },
    { name: "app.2", state: "starting", version: "", restarts: 12, why: "task: non-zero exit (1)", node: "" },
  ]);
  t.equal(
    table,
    [
      "instance  state     version       age    restarts  cpu  memory  node",
      "app.1     running   1896664e14d6  1 min  0         50%  26 MiB  server",
      "app.2     starting                       12",
      "  task: non-zero exit (1)",
      "",
    ].join("\n"),
  );
});

const ago = (seconds: number) => ageOf(new Date(Date.now() - seconds * 1000).toISOString());

t.test("an age is told in the largest unit that fits", async (t) => {
  t.same([5, 65, 7200, 200_000].map(ago), ["5 s", "1 min", "2 h", "2 days"]);
  t.equal(ago(-60), "0 s", "a clock that was set back");
});
