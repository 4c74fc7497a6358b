import { mkdirSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import t, { type Test } from "tap";
import { type Sample, sampleLine } from "../../../../../checks/load/samples.ts";
import { EXIT } from "../../../run/failure.ts";
import { openRaw } from "../raw.ts";
import type { Result } from "../result.ts";
import { Tally } from "../statistics.ts";
import type { Verdict } from "../verdict.ts";
import { fileOf, layOver, listRuns } from "./runs.ts";

interface Made {
  reports: string;
  name: string;
  replicas: number;
  /** Requests of each part, a hundred a second. */
  parts: number[];
  steps?: boolean;
}

/** Writes the folder of a run, with samples and the summary that are made of each other. */
async function makeRun({ reports, name, replicas, parts, steps = false }: Made): Promise<void> {
  const folder = `${reports}/${name}`;
  mkdirSync(folder, { recursive: true });
  const raw = openRaw(`${folder}/samples.csv.gz`);
  const made = parts.map((requests, index) => {
    const tally = new Tally();
    raw.part({ rate: 100 * (index + 1) });
    for (let request = 0; request < requests; request++) {
      const sample = sampleAt(request, replicas);
      raw.line(sampleLine(sample));
      tally.add(sample);
    }
    const verdict: Verdict = { state: index === 0 ? "met" : "broke", why: "" };
    return { rate: 100 * (index + 1), statistics: tally.sum(), ...(steps && { verdict }) };
  });
  await raw.close();
  const target = { url: "http://127.0.0.1", orchestrator: "swarm", replicas };
  const summary = { profile: "average", started: "2026-01-02T03:04:05Z", headline: `${parts[0]} requests` };
  writeFileSync(
    `${folder}/summary.json`,
    JSON.stringify({ ...summary, passed: true, interrupted: false, target, parts: made }),
  );
  writeFileSync(`${folder}/report.html`, "<!doctype html>");
}

const sampleAt = (index: number, replicas: number): Sample => ({
  at: 1_700_000_000_000 + index * 10,
  route: index % 2 === 0 ? "read" : "increment",
  status: 200,
  latency: 8000 / replicas,
  blocked: 0,
  connect: 0,
  replica: `app.${(index % replicas) + 1}`,
  error: index % 50 === 49 ? "503" : "",
  size: 11,
});

const ONE = "2026-01-02T03-04-05Z-load-swarm-1";
const FOUR = "2026-01-02T03-05-05Z-load-swarm-4";
const STEPS = "2026-01-02T03-06-05Z-load-swarm-4";

async function reportsOf(t: Test): Promise<string> {
  const reports = `${t.testdir({})}/reports`;
  await makeRun({ reports, name: ONE, replicas: 1, parts: [200] });
  await makeRun({ reports, name: FOUR, replicas: 4, parts: [400] });
  await makeRun({ reports, name: STEPS, replicas: 4, parts: [100, 300], steps: true });
  mkdirSync(`${reports}/2026-01-02T03-07-05Z-load-swarm-4`);
  mkdirSync(`${reports}/2026-01-02T03-07-05Z-compare`);
  return reports;
}

t.test("loads are listed, the newest first; what is no load, or was cut off, is not", async (t) => {
  const reports = await reportsOf(t);
  t.same(
    listRuns(reports).map(({ name }) => name),
    [STEPS, FOUR, ONE],
  );
  t.match(listRuns(reports).at(-1), { replicas: "1", verdict: "passed", headline: "200 requests" });
  t.same(listRuns(`${reports}/none`), []);
});

t.test("each file of a run; the CSV files have the sums of its report", async (t) => {
  const reports = await reportsOf(t);
  const csv = String((await fileOf(ONE, "requests.csv", reports)).body).split("\r\n");
  t.match(csv.at(-2), /^,Aggregated,200,4,/);
  t.equal(
    String((await fileOf(ONE, "failures.csv", reports)).body).split("\r\n")[1],
    "POST,/api/counter/increment,503,4",
  );
  const summary = JSON.parse(String((await fileOf(ONE, "summary.json", reports)).body)) as Result;
  const { rate } = summary.parts[0]!.statistics.all;
  t.equal(csv.at(-2)!.split(",")[9], String(Number(rate.toFixed(3))));
  const samples = gunzipSync((await fileOf(ONE, "samples.csv.gz", reports)).body).toString();
  t.equal(samples.match(/^~/gm)?.length, 200);
  t.match(await fileOf(ONE, "report.html", reports), { type: /^text\/html/ });
});

t.test("of a run in steps they have the samples of the step that its report shows", async (t) => {
  const reports = await reportsOf(t);
  t.match(String((await fileOf(STEPS, "requests.csv", reports)).body), /^,Aggregated,100,2,/m);
});

t.test("nothing else can be had", async (t) => {
  const reports = await reportsOf(t);
  const refused = { code: EXIT.refused };
  for (const [name, file] of [
    ["..", "summary.json"],
    [`../reports/${ONE}`, "summary.json"],
    [ONE, "../../package.json"],
    [ONE, "run.json"],
    [ONE, "constructor"],
    ["2026-01-02T03-07-05Z-load-swarm-4", "summary.json"],
  ] as const)
    await t.rejects(fileOf(name, file, reports), refused, `${name}/${file}`);
});

t.test("two runs are laid over each other, named by what they differ in", async (t) => {
  const reports = await reportsOf(t);
  const { charts, table } = layOver([ONE, FOUR], reports);
  t.same(table[0], ["in all", "1 replica", "4 replicas", "the second to the first"]);
  t.match(
    table.find(([name]) => name === "median, ms"),
    [/median/, "8.00", "2.00", "× 0.25"],
  );
  t.equal(charts.length, 4);
  t.match(charts[0]!.svg, /class="one" d="M.*class="two" d="M/);
  t.throws(() => layOver([ONE, STEPS], reports), { message: /in steps/ });
  t.equal(layOver([STEPS, STEPS], reports).charts.length, 2);
  t.throws(() => layOver([ONE, "x"], reports), { message: /no such run/ });
});
