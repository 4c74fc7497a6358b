// The live page in a real browser, while the verb runs.

import { existsSync, readdirSync } from "node:fs";
import t from "tap";
import { noBrowser, open, startBrowser } from "../service/testing/browser.ts";
import { until } from "./lib/run/wait.ts";
import { testHost } from "./lib/testing/host.ts";
import { startLiar } from "./lib/testing/liar.ts";

const host = await testHost({ enter: [] });
t.teardown(() => host.remove());
// What is tested here is not how fast the machine is that runs the tests.
await host.edit("deploy/settings.yaml", "p95: 250", "p95: 30000");

const startLoad = (BASE_URL: string, RATE: string, DURATION: string) =>
  host.start("load-ui", { GENERATOR: "builtin", PROFILE: "increments", BASE_URL, RATE, DURATION });

t.test("the page shows a load while it runs, and its report at the end", { skip: noBrowser }, async (t) => {
  const liar = await startLiar(t);
  const run = startLoad(liar.url, "100", "6");
  let ended = false;
  void run.then(() => (ended = true));
  t.teardown(() => ended || run.kill("SIGKILL"));
  let said = "";
  run.stderr.on("data", (chunk) => (said += chunk));
  const wait = { what: "no address", deadline: 20, seen: () => said };
  const url = await until(wait, async () => /Live page: (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1]);
  const { page, complaints } = await open(await startBrowser(t), url, {
    viewport: { width: 360, height: 800 },
  });

  const all = page.locator("td", { hasText: /^all$/ }).locator("xpath=following-sibling::td[1]");
  const requests = async () => Number((await all.textContent())?.replaceAll(",", ""));
  await all.waitFor({ timeout: 10_000 });
  const first = await requests();
  await until({ what: "the figures do not move", deadline: 10 }, async () => (await requests()) > first);
  t.ok((await page.locator("svg path.one").count()) > 0, "it has charts");
  t.equal(await page.evaluate("document.documentElement.scrollWidth"), 360, "nothing hangs over");

  await page.getByText(/^Ended: 600 requests/).waitFor({ timeout: 20_000 });
  await page.getByRole("link", { name: "The report" }).click();
  await page.getByText("Passed", { exact: true }).waitFor({ timeout: 5000 });
  t.same(complaints, []);
  await run.kill("SIGINT");
  t.match(await run, { exitCode: 0, stderr: /the page stays until Ctrl-C/ });
  const [folder] = readdirSync(`${host.dir}reports`);
  t.ok(existsSync(`${host.dir}reports/${folder}/report.html`));
});

t.test("Ctrl-C while it runs: exit 1, with the report", async (t) => {
  const liar = await startLiar(t);
  const run = startLoad(liar.url, "50", "60");
  await until({ what: "no load", deadline: 20 }, async () => liar.requests() > 20);
  await run.kill("SIGINT");
  t.match(await run, { exitCode: 1, stderr: /error: interrupted by SIGINT/, stdout: /it was interrupted/ });
});
