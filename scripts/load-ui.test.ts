// The page of loads in a real browser, while the verb runs, against a counter of the tests' own.

import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import t from "tap";
import { findings, noBrowser, open, picture, startBrowser } from "../service/testing/browser.ts";
import type { Result } from "./lib/measure/load/result.ts";
import { until } from "./lib/run/wait.ts";
import { testHost } from "./lib/testing/host.ts";
import { startLiar } from "./lib/testing/liar.ts";
import { figure, grows, startPage, statusOf } from "./lib/testing/load-page.ts";

const host = await testHost({ enter: [] });
t.teardown(() => host.remove());
// What is tested here is not how fast the machine is that runs the tests.
await host.edit("deploy/settings.yaml", "p95: 250", "p95: 30000");
// No deployment of this machine is looked at, or scaled.
await host.edit("deploy/settings.yaml", "name: counter", "name: counter-page-test");

t.test("a load is set, started, watched and stopped on the page", { skip: noBrowser }, async (t) => {
  const crew = ["app.1", "app.2"].map((name, index) => ({ name, delay: 5 + 10 * index }));
  const liar = await startLiar(t, { crew });
  const { run, url } = await startPage(t, host, { BASE_URL: liar.url });
  const browser = await startBrowser(t);
  const { page, complaints } = await open(browser, url, { acceptDownloads: true });
  const phase = async (name: string, of = page) =>
    of.locator("#phase", { hasText: name }).waitFor({ timeout: 10_000 });
  await phase("Ready");

  await t.test("it sends nothing by itself, and shows the original's load", async (t) => {
    await page.locator("#plan svg path.four").first().waitFor({ timeout: 5000 });
    const values = await Promise.all(
      ["#users", "#rate", "#duration"].map((id) => page.locator(id).inputValue()),
    );
    t.same(values, ["300", "30", "1m"]);
    t.equal(liar.requests(), 0);
    t.same(await findings(page), []);
    await picture(page, "load-ready");
  });

  await t.test("bad values are told at their fields in the verb's words, and nothing is sent", async (t) => {
    await page.getByLabel("Users", { exact: true }).fill("many");
    await page.getByText('USERS is "many", not a whole number from 1 to 20000').waitFor({ timeout: 5000 });
    await page.getByLabel("Duration").fill("soon");
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByText(/DURATION is "soon", not a duration from 1s to 24h/).waitFor({ timeout: 5000 });
    t.equal(await page.evaluate("document.activeElement.id"), "users", "the first one has the focus");
    t.same(await findings(page), []);
    await picture(page, "load-wrong");
    t.equal(liar.requests(), 0);
  });

  await t.test("a load that leaves this machine is asked about", async (t) => {
    for (const id of ["#users", "#duration"]) await page.locator(id).fill("");
    await page.locator("#baseUrl").fill("http://192.0.2.1");
    await page.getByRole("button", { name: "Start" }).click();
    await page
      .getByText("http://192.0.2.1 is not this machine. Send the load there?")
      .waitFor({ timeout: 5000 });
    t.same(await findings(page), []);
    await page.keyboard.press("Escape");
    await page.locator("#baseUrl").fill(liar.url);
    t.equal(await page.locator("#phase").textContent(), "Ready");
  });

  await t.test("40 users are started with the keyboard, and the charts move", async (t) => {
    await page.getByLabel("Duration").fill("1m30s");
    await page.getByLabel("New users").fill("40");
    await page.getByLabel("Users", { exact: true }).fill("40");
    await page.keyboard.press("Enter");
    await phase("Running");
    t.equal(await page.evaluate("document.activeElement.id"), "stop", "the focus is where it can be stopped");
    await page.locator("#charts svg path.one").first().waitFor({ timeout: 10_000 });
    await grows("the number of requests", () => figure(page, "#routes", "all", "requests"));
    const drawn = async () => String(await page.locator("#charts path.one").first().getAttribute("d")).length;
    await grows("the chart", drawn);
    await until({ what: "not 40 users", deadline: 10 }, async () =>
      (await page.locator("#figures").textContent())?.includes("Users40"),
    );
    t.ok((await figure(page, "#by-replica", "app.2", "answers")) > 0);
    t.ok((await figure(page, "#routes", "GET /api/counter", "per s now")) > 0);
    t.match(await page.locator("#time-text").textContent(), /^\d+s of 1m30s, (1m)?\d+s left$/);
    t.match(await page.locator("#machine").textContent(), /cores of this machine.* the limit/);
    t.same(await findings(page), []);
    await picture(page, "load-running");
  });

  await t.test("another window and a reload show the same run; it is not started twice", async (t) => {
    const look = { viewport: { width: 360, height: 800 }, colorScheme: "dark" };
    const other = await open(browser, url, look);
    await phase("Running", other.page);
    await other.page.locator("#charts svg path.one").first().waitFor({ timeout: 10_000 });
    t.equal(await other.page.evaluate("document.documentElement.scrollWidth"), 360, "nothing hangs over");
    t.equal(await other.page.locator("#new").isVisible(), false);
    t.same(await findings(other.page), []);
    await picture(other.page, "load-running-360-dark");
    const again = `(async () => {
      const { token } = await (await fetch("/choices")).json();
      const headers = { "content-type": "application/json", "x-load-token": token };
      const answer = await fetch("/start", { method: "POST", headers, body: '{"profile":"smoke"}' });
      return [answer.status, (await answer.json()).alert.message];
    })()`;
    t.match(await other.page.evaluate(again), [423, /running already/]);
    await page.reload();
    await phase("Running");
    await grows("the number of requests", () => figure(page, "#routes", "all", "requests"));
    t.same(
      other.complaints.filter((text) => !text.includes("423")),
      [],
    );
  });

  await t.test("no other page can start or stop it, nor read it under another name", async (t) => {
    const { host: own } = new URL(url);
    t.equal(await statusOf(`${url}/stop`, { host: own, origin: "http://evil.example" }), 403);
    t.equal(await statusOf(`${url}/stop`, { host: own, origin: url }), 403, "without the token");
    t.equal(await statusOf(`${url}/choices`, { host: `evil.example:${own.split(":")[1]}` }, "GET"), 403);
    t.equal(await page.locator("#phase").textContent(), "Running");
  });

  await t.test("it is stopped, with a report, and each file can be had and says the same", async (t) => {
    await page.getByRole("button", { name: "Stop" }).click();
    await phase("Ended");
    await page.getByText(/^Stopped: [\d,]+ requests/).waitFor({ timeout: 10_000 });
    t.equal(await page.evaluate("document.activeElement.id"), "again");
    const [folder = ""] = readdirSync(`${host.dir}reports`);
    const file = (name: string) => readFileSync(`${host.dir}reports/${folder}/${name}`, "utf8");
    const result = JSON.parse(file("summary.json")) as Result;
    const { all } = result.parts[0]!.statistics;
    t.match(result, { interrupted: true, profile: "average" });
    t.match(JSON.parse(file("run.json")), {
      command: /^make load .*USERS=40/,
      load: { users: 40, rate: 40 },
    });
    t.equal(await figure(page, "#routes", "all", "requests"), all.requests);
    const loaded: Record<string, Buffer> = {};
    for (const link of await page.locator("#downloads a").all()) {
      const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
      loaded[download.suggestedFilename().slice(folder.length + 1)] = readFileSync(await download.path());
    }
    t.same(Object.keys(loaded).toSorted(), [
      "failures.csv",
      "report.html",
      "requests.csv",
      "samples.csv.gz",
      "summary.json",
    ]);
    t.same(JSON.parse(String(loaded["summary.json"])), JSON.parse(file("summary.json")));
    t.match(String(loaded["report.html"]), result.headline);
    const requests = String(loaded["requests.csv"]).split("\r\n");
    t.match(requests[0], /^Type,Name,Request Count,Failure Count,Median Response Time,/);
    t.match(requests.at(-2), new RegExp(`^,Aggregated,${all.requests},0,`));
    t.equal(String(loaded["failures.csv"]), "Method,Name,Error,Occurrences\r\n");
    const samples = gunzipSync(loaded["samples.csv.gz"]!).toString();
    t.equal(samples.match(/^~/gm)?.length, all.requests);
    t.same(await findings(page), []);
    await picture(page, "load-ended");
  });

  await t.test("again, and the two runs are laid over each other", async (t) => {
    await page.getByRole("button", { name: "Again" }).click();
    await phase("Running");
    await until({ what: "no second of it", deadline: 10 }, async () => {
      return (await figure(page, "#routes", "all", "requests")) > 80;
    });
    await page.getByRole("button", { name: "Stop" }).click();
    await phase("Ended");
    const boxes = page.locator("#runs input");
    await until({ what: "not two runs", deadline: 10 }, async () => (await boxes.count()) === 2);
    for (const box of await boxes.all()) await box.check();
    await page.getByRole("button", { name: "Lay two over each other" }).click();
    await page.locator("#overlaid-charts path.two").first().waitFor({ timeout: 5000 });
    t.ok((await page.locator("#overlaid-table tr").count()) > 5);
    t.same(await findings(page), []);
    await picture(page, "load-overlaid");
    await page.setViewportSize({ width: 360, height: 800 });
    t.equal(await page.evaluate("document.documentElement.scrollWidth"), 360, "nothing hangs over");
    await picture(page, "load-overlaid-360");
    const [shown] = await Promise.all([page.waitForEvent("popup"), page.locator("#report").click()]);
    await shown.getByText("Failed", { exact: true }).waitFor({ timeout: 5000 });
  });

  t.same(
    complaints.filter((text) => !/status of (400|409)/.test(text)),
    [],
  );
  await run.kill("SIGINT");
  t.match(await run, { exitCode: 0, stdout: /it was interrupted/ }, "it was stopped on the page");
  await page.getByText("It has been ended").waitFor({ timeout: 5000 });
});

t.test(
  "the front door goes away in the middle: the page says so, and the verb fails",
  { skip: noBrowser },
  async (t) => {
    const liar = await startLiar(t);
    const load = { BASE_URL: liar.url, PROFILE: "increments", RATE: "50", DURATION: "9", START: "1" };
    const { run, url } = await startPage(t, host, load);
    const { page, complaints } = await open(await startBrowser(t), url);
    await until({ what: "no load", deadline: 20 }, async () => liar.requests() > 50);
    liar.die();
    const gone = page.getByText(new RegExp(`No request to ${liar.url} has succeeded since`));
    await gone.waitFor({ timeout: 10_000 });
    await picture(page, "load-away");
    await page
      .getByText(/^Failed: /)
      .first()
      .waitFor({ timeout: 30_000 });
    t.match(await page.locator("#failures").textContent(), /ECONNREFUSED/);
    t.match(await page.locator("#required").textContent(), /none failed/);
    t.same(complaints, []);
    await run.kill("SIGINT");
    t.match(await run, { exitCode: 1, stderr: /error: the load broke none failed/ });
  },
);

t.test("a port that is taken, a run elsewhere that holds the lock, and Ctrl-C while it runs", async (t) => {
  const liar = await startLiar(t);
  const taken = createServer().listen(8089, "127.0.0.1");
  // Somebody else's is as good.
  await once(taken, "listening").catch(() => {});
  t.teardown(() => taken.close());
  const load = { BASE_URL: liar.url, PROFILE: "increments", RATE: "50", DURATION: "60", START: "1" };
  const { run, said } = await startPage(t, host, load);
  t.match(said(), /Load page, until Ctrl-C: \S+:(?!8089)\d+ \(8089 is taken\)/);
  await until({ what: "no load", deadline: 20 }, async () => liar.requests() > 20);
  t.match(await host.run("load-ui", { ...load, GENERATOR: "builtin" }), {
    exitCode: 6,
    stderr: /another run holds the lock: make load-ui, process \d+/,
  });
  await run.kill("SIGINT");
  t.match(await run, { exitCode: 1, stderr: /error: interrupted by SIGINT/, stdout: /it was interrupted/ });
  const folder = readdirSync(`${host.dir}reports`).toSorted().at(-1);
  t.ok(existsSync(`${host.dir}reports/${folder}/report.html`));
});

t.test("what is wrong on the command line is told before the page opens", async (t) => {
  t.match(await host.run("load-ui", { PROFILE: "huge" }), { exitCode: 2, stderr: /one of smoke, average/ });
  t.match(await host.run("load-ui", { BASE_URL: "ftp://x" }), { exitCode: 2, stderr: /BASE_URL is/ });
});
