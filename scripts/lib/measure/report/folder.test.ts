import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import t from "tap";
import { listReports, makeFolder } from "./folder.ts";

t.test("a run has a folder of its own, also in the same second", async (t) => {
  const reports = `${t.testdir({})}/reports`;
  t.same(listReports(reports), []);
  const first = await makeFolder("2026-11-24T01:02:03.456Z", "load-swarm-4", reports);
  const second = await makeFolder("2026-11-24T01:02:03.999Z", "load-swarm-4", reports);
  t.equal(basename(first), "2026-11-24T01-02-03Z-load-swarm-4");
  t.not(first, second);
  writeFileSync(`${first}/summary.json`, JSON.stringify({ passed: true, headline: "fast" }));
  writeFileSync(`${second}/summary.json`, "{half");
  t.match(listReports(reports), [
    { name: basename(first), passed: true, headline: "fast" },
    { name: basename(second), passed: false, headline: /cut off/ },
  ]);
});
