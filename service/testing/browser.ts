/** A real Chromium for tests of the page. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Test } from "tap";

const program = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => !spawnSync(name, ["--version"]).error,
);

/** For `{ skip }`: why tests of the page cannot run here, or false. */
export const noBrowser = program ? false : "needs chromium on the PATH";

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Names for this machine that are no loopback to a page: what it is not told of that, it is not told here either.
  "--host-resolver-rules=MAP *.test 127.0.0.1",
  "--no-proxy-server",
];

/** Starts the browser; closed after the test. */
export async function startBrowser(t: Test): Promise<Browser> {
  const executablePath = spawnSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).stdout.trim();
  const browser = await chromium.launch({ executablePath, args });
  t.teardown(() => browser.close());
  return browser;
}

/** A page with everything it complained about and every other host it asked for. */
export interface WatchedPage {
  page: Page;
  complaints: string[];
}

/** Opens a window of its own on an address. */
export async function open(browser: Browser, url: string, options = {}): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}

/** What axe-core finds that keeps somebody from using a page, a line each. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate("axe.run()")) as axe.AxeResults;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}

/** To be looked at by people: REPORT_PICTURES names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env["REPORT_PICTURES"];
  if (folder && existsSync(folder)) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
