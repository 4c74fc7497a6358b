// The verb as users run it, from a copy of this checkout, against a counter of the tests' own.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { noBrowser, open, startBrowser } from "../service/testing/browser.ts";
import type { Result } from "./lib/measure/load/result.ts";
import { until } from "./lib/run/wait.ts";
import { testHost } from "./lib/testing/host.ts";
import { k6AtHand, noK6 } from "./lib/testing/k6.ts";
import { startLiar } from "./lib/testing/liar.ts";

const host = await testHost({ enter: [] });
t.teardown(() => host.remove());
// What is tested here is not how fast the machine is that runs the tests.
await host.edit("deploy/settings.yaml", "p95: 250", "p95: 30000");
const reports = `${host.dir}reports`;

/** The folders that there are now. */
const folders = () => (existsSync(reports) ? readdirSync(reports) : []);

/** Runs the verb, and gives its end with the report that it left. */
async function load(variables: Record<string, string>) {
  const before = folders();
  const run = await host.run("load", { GENERATOR: "builtin", ...variables });
  const folder = folders().find((name) => !before.includes(name));
  const result = folder && (JSON.parse(readFileSync(`${reports}/${folder}/summary.json`, "utf8")) as Result);
  return { run, folder: `${reports}/${folder}`, result: result || undefined };
}

/** Settings of a run's own, with text replaced. */
function settings(name: string, from: RegExp, to: string): string {
  const file = `${host.dir}${name}.yaml`;
  writeFileSync(file, readFileSync(`${host.dir}deploy/settings.yaml`, "utf8").replace(from, to));
  return file;
}

const ONE_BY_ONE = { GENERATOR: "builtin", PROFILE: "increments", RATE: "100" };
const SHORT = { USERS: "20", RATE: "40", DURATION: "1" };

t.test("a short load: tables on stdout, a report in a folder, and make reports lists it", async (t) => {
  const { url } = await startLiar(t);
  const { run, folder, result } = await load({ BASE_URL: url, ...SHORT });
  t.match(run, { exitCode: 0, stderr: /^Done in .* 0 failed/m }, run.stderr);
  t.match(run.stdout, /^all +\d+ +\d/m);
  t.match(run.stdout, /^liar +\d+ +100\.0 %$/m);
  t.match(folder, /\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-load-url-1$/);
  t.same(readdirSync(folder), ["report.html", "run.json", "samples.csv.gz", "summary.json"]);
  t.match(result, {
    passed: true,
    profile: "average",
    resets: "sent",
    parts: [{ statistics: { all: { failed: 0 } } }],
  });
  const facts = JSON.parse(readFileSync(`${folder}/run.json`, "utf8"));
  t.match(facts, {
    command: /^make load .*USERS=20/,
    machine: { cores: Number, kernel: String },
    node: String,
  });
  t.match(await host.run("reports"), { exitCode: 0, stdout: /report\.html\n {2}passed: \d+ requests/ });
});

t.test(
  "a short max: the rate is raised until the objective breaks, and the highest that met it is told",
  async (t) => {
    const { url } = await startLiar(t, { delay: 4, serial: true });
    // Far from what a busy machine adds, and from what a second of too many requests comes to.
    const SETTINGS = settings("max", /p99: .*\n( *)raise: .*/, "p99: 400\n$1raise: 8");
    const max = { PROFILE: "max-increments", RATE: "60", DURATION: "1", SETTINGS, JSON: "1" };
    const { run } = await load({ BASE_URL: url, ...max });
    t.equal(run.exitCode, 0, run.stderr);
    const { headline, parts } = JSON.parse(run.stdout) as Result;
    t.match(headline, /^(at least )?(59|60|61) requests a second with p99 <= 400 ms/);
    const met = parts.filter(({ verdict }) => verdict?.state === "met");
    t.match(met, [{ rate: 60, ledger: { right: true } }]);
    t.match(parts.slice(-2), [{ rate: 480 }, { rate: 480 }], "what is not met is tried once more");
    t.ok(parts.at(-1)!.statistics.all.times.p99 > 400);
  },
);

t.test("a threshold that breaks: exit 1, with the report", async (t) => {
  const { url } = await startLiar(t, { delay: 50 });
  const { run, result } = await load({
    BASE_URL: url,
    ...SHORT,
    SETTINGS: settings("p95", /p95: .*/, "p95: 20"),
  });
  t.match(run, { exitCode: 1, stderr: /error: the load broke p95 <= 20 ms/ });
  t.match(result, { passed: false, interrupted: false });
});

t.test("a counter that lies fails the run, though every request was answered", async (t) => {
  const { url } = await startLiar(t, { lie: "doubles" });
  const { run, result } = await load({ BASE_URL: url, PROFILE: "increments", RATE: "100", DURATION: "1" });
  t.match(run, {
    exitCode: 1,
    stderr: /broke acknowledged = counted[^]*100 increments acknowledged, 110 counted/,
  });
  t.match(result, { parts: [{ ledger: { extra: 10 } }] });
});

t.test("the target dies in the middle: exit 1, with the report", async (t) => {
  const liar = await startLiar(t);
  const dead = until({ what: "no load", deadline: 20 }, async () => liar.requests() > 60).then(liar.die);
  const { run, result } = await load({
    BASE_URL: liar.url,
    PROFILE: "increments",
    RATE: "100",
    DURATION: "2",
  });
  await dead;
  t.match(run, { exitCode: 1, stderr: /none failed[^]*the counter did not answer at the end/ });
  t.ok(result!.parts[0]!.statistics.errors.some(({ why }) => why === "ECONNREFUSED"));
});

t.test("Ctrl-C: exit 1, with a report of what was measured", async (t) => {
  const liar = await startLiar(t);
  const before = folders();
  const run = host.start("load", { ...ONE_BY_ONE, BASE_URL: liar.url, DURATION: "60" });
  await until({ what: "no load", deadline: 20 }, async () => liar.requests() > 100);
  await run.kill("SIGINT");
  t.match(await run, { exitCode: 1, stderr: /error: interrupted by SIGINT/, stdout: /it was interrupted/ });
  const folder = folders().find((name) => !before.includes(name));
  const result = JSON.parse(readFileSync(`${reports}/${folder}/summary.json`, "utf8")) as Result;
  t.match(result, { passed: false, interrupted: true, parts: [{ ledger: { right: true } }] });
});

t.test("Ctrl-C in a step of max: the step is void, however good it looked", async (t) => {
  const liar = await startLiar(t);
  const variables = { ...ONE_BY_ONE, PROFILE: "max", DURATION: "60", JSON: "1", BASE_URL: liar.url };
  const run = host.start("load", variables);
  await until({ what: "no load", deadline: 20 }, async () => liar.requests() > 50);
  await run.kill("SIGINT");
  t.match(await run, { exitCode: 1, stderr: /error: interrupted by SIGINT/ });
  const { headline, parts } = JSON.parse((await run).stdout) as Result;
  t.match(headline, /^no step met/);
  t.match(parts, [{ rate: 100, verdict: { state: "void", why: "it was interrupted" } }]);
});

t.test("a count above 1,000 is not lost", async (t) => {
  const liar = await startLiar(t, { count: 5000 });
  const { run, result } = await load({ BASE_URL: liar.url, ...SHORT });
  t.match(run, { exitCode: 0, stderr: /a count of 5,000 shall not be lost/, stdout: /resets were left out/ });
  t.match(result, { resets: "left out" });
  t.notOk(result?.parts[0]?.statistics.routes.reset);
});

t.test("bad input, and a target that is no counter, are told before anything is sent", async (t) => {
  const liar = await startLiar(t, { lie: "none" });
  const BASE_URL = liar.url;
  const wrong: [Record<string, string>, number, RegExp][] = [
    [{ PROFILE: "huge" }, 2, /one of smoke, average/],
    [{ USERS: "many" }, 2, /USERS is "many"/],
    [{ GENERATOR: "locust" }, 2, /one of auto, k6, builtin/],
    [{ BASE_URL: "ftp://x" }, 2, /BASE_URL is/],
    [{ BASE_URL: "http://192.0.2.1" }, 2, /not this machine/],
    [{ BASE_URL: "http://127.0.0.1:1" }, 3, /does not answer/],
  ];
  const runs = wrong.map(([variables]) => host.run("load", { BASE_URL, ...variables }));
  for (const [index, run] of (await Promise.all(runs)).entries()) {
    const [variables, exitCode, stderr] = wrong[index]!;
    t.match(run, { exitCode, stderr }, JSON.stringify(variables));
  }
  t.equal(liar.requests(), 0);
});

t.test("k6: a load, a threshold that breaks, and a target that dies", { skip: noK6 }, async (t) => {
  const K6 = k6AtHand!;
  const own = { GENERATOR: "k6", K6, PROFILE: "increments", RATE: "100", DURATION: "3" };
  const liar = await startLiar(t);
  const { run, folder, result } = await load({ ...own, BASE_URL: liar.url });
  t.match(run, { exitCode: 0, stderr: /k6 2\.\d+\.\d+/ }, run.stderr);
  t.match(result, { passed: true, generator: { name: "k6" }, parts: [{ ledger: { right: true } }] });
  t.ok(existsSync(`${folder}/k6-1.html`), "its own dashboard is beside the report");
  const slow = await startLiar(t, { delay: 50 });
  const SETTINGS = settings("k6", /p95: .*/, "p95: 20");
  const broken = await load({ ...own, ...SHORT, PROFILE: "average", BASE_URL: slow.url, SETTINGS });
  t.match(broken.run, { exitCode: 1, stderr: /broke p95 <= 20 ms/ });
  t.match(broken.result, { parts: [{ statistics: { routes: { page: { failed: 0 } } } }] });
  const dead = until({ what: "no load", deadline: 20 }, async () => liar.requests() > 400).then(liar.die);
  const died = await load({ ...own, BASE_URL: liar.url });
  await dead;
  t.match(died.run, { exitCode: 1, stderr: /none failed/ });
  t.match(died.result, { passed: false, interrupted: false });
});

t.test(
  "the report is a page: narrow or wide, light or dark, without a script",
  { skip: noBrowser },
  async (t) => {
    const folder = folders().find((name) => existsSync(`${reports}/${name}/report.html`))!;
    const file = `${reports}/${folder}/report.html`;
    t.notMatch(readFileSync(file, "utf8"), /<script|<link|src=|@import/);
    const browser = await startBrowser(t);
    for (const [width, colorScheme] of [
      [360, "dark"],
      [1200, "light"],
    ] as const) {
      const viewport = { width, height: 800 };
      const { page, complaints } = await open(browser, `file://${file}`, { viewport, colorScheme });
      t.equal(await page.evaluate("document.documentElement.scrollWidth"), width, "nothing hangs over");
      t.match(await page.locator("h1").textContent(), /^Load /);
      t.ok((await page.locator("svg path.one").count()) > 0, "it has charts");
      const paper = await page.evaluate("getComputedStyle(document.body).backgroundColor");
      t.equal(paper, colorScheme === "dark" ? "rgb(13, 17, 23)" : "rgb(255, 255, 255)");
      t.same(complaints, []);
    }
  },
);
