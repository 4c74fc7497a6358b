import type { Page } from "playwright-core";
import t from "tap";
import { noBrowser, open, startBrowser } from "./testing/browser.ts";
import { noRedis, testRedis } from "./testing/redis.ts";
import { call, post, startService, testApp } from "./testing/service.ts";
import { timed, until } from "./testing/until.ts";

const skip = noRedis || noBrowser;
const value = (page: Page) => page.locator("#value").getAttribute("data-value");
const shows = (page: Page, expected: number, ms = 2000) =>
  until(`the page shows ${expected}`, ms, async () => (await value(page)) === String(expected));
const says = (page: Page, word: string, ms = 4000) =>
  until(`the page says ${word}`, ms, async () => (await page.locator("#link").textContent()) === word);
const style = (page: Page, selector: string, name: string) =>
  page.evaluate(`getComputedStyle(document.querySelector("${selector}")).getPropertyValue("${name}")`);

t.test("its files are revalidated, and may do nothing but what the page needs", async (t) => {
  const { app } = await testApp(t, "redis://127.0.0.1:1");
  for (const url of ["/", "/page.css", "/controls.css", "/page.js", "/icon.svg"]) {
    const { statusCode, headers } = await app.inject({ url });
    t.equal(statusCode, 200, url);
    t.equal(headers["cache-control"], "no-cache");
    t.match(headers["content-security-policy"], /^default-src 'none'; script-src 'self';/);
    t.equal(headers["x-content-type-options"], "nosniff");
    t.equal(headers["referrer-policy"], "no-referrer");
    const again = await app.inject({ url, headers: { "if-none-match": String(headers["etag"]) } });
    t.equal(again.statusCode, 304);
    t.equal(again.body, "");
  }
});

t.test("plus, minus and reset, with the mouse and the keyboard", { skip }, async (t) => {
  const redis = await testRedis(t);
  const { url } = await testApp(t, redis.url);
  const { page, complaints } = await open(await startBrowser(t), url);
  const [plus, minus, reset] = ["Add one", "Subtract one", "Reset"].map((name) =>
    page.getByRole("button", { name, exact: true }),
  ) as [ReturnType<Page["locator"]>, ReturnType<Page["locator"]>, ReturnType<Page["locator"]>];
  await shows(page, 0);
  await says(page, "Live");
  t.equal(await page.locator("#replica").textContent(), "replica-1");
  t.equal(await page.locator("#version").textContent(), "v1");
  t.equal(await page.locator("#redis").textContent(), "single");

  await plus.click({ clickCount: 3 });
  await shows(page, 3);
  await minus.click();
  await shows(page, 2);
  await page.keyboard.press("+");
  await shows(page, 3);
  await page.keyboard.press("-");
  await shows(page, 2);
  t.equal(await page.title(), "2 · Counter");

  await reset.click();
  const dialog = page.getByRole("dialog", { name: "Reset to zero?" });
  await dialog.waitFor();
  await page.keyboard.press("+");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  t.strictSame((await call(url, "/api/counter")).body, { value: 2 }, "leaving the dialog changes nothing");

  await reset.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await shows(page, 0);
  await dialog.waitFor({ state: "hidden" });

  await page.locator("#minus").focus();
  await page.keyboard.press("Tab");
  t.equal(await page.evaluate("document.activeElement.id"), "plus", "tab moves on");
  t.not(await style(page, ":focus-visible", "outline-style"), "none", "and shows where");
  await redis.client.set("counter:value", Number.MAX_SAFE_INTEGER);
  await shows(page, Number.MAX_SAFE_INTEGER);
  await plus.click();
  await page.getByText("largest value").waitFor();
  t.strictSame(
    complaints.filter((text) => !text.includes("409")),
    [],
    "no complaints, no other host",
  );
});

t.test("another window's change shows within two seconds", { skip }, async (t) => {
  const redis = await testRedis(t);
  const { url } = await testApp(t, redis.url);
  const browser = await startBrowser(t);
  const [one, two] = [await open(browser, url), await open(browser, url)];
  await Promise.all([shows(one.page, 0), shows(two.page, 0)]);
  await one.page.getByRole("button", { name: "Add one" }).click();
  const [, ms] = await timed(() => shows(two.page, 1, 2000));
  t.comment(`after ${ms.toFixed()} ms`);
  t.strictSame([...one.complaints, ...two.complaints], []);
});

t.test("Redis away and server away are told apart, and it recovers by itself", { skip }, async (t) => {
  const redis = await testRedis(t);
  let service = await startService(t, { REDIS_URL: redis.url });
  const { page } = await open(await startBrowser(t), service.url);
  const disabled = () =>
    page.evaluate("[...document.querySelectorAll('main button')].map((button) => button.disabled)");
  await post(service.url, "increment");
  await shows(page, 1);
  await page.locator("#plus").focus();

  redis.freeze();
  await says(page, "Redis away");
  t.strictSame(await disabled(), [true, true, true]);
  t.match(await page.locator("#message").textContent(), /Redis does not/);
  t.equal(await value(page), "1", "the last value stays");
  redis.thaw();
  await says(page, "Live");
  t.strictSame(await disabled(), [false, false, false]);
  t.equal(await page.evaluate("document.activeElement.id"), "plus", "the focus returns");

  service.child.kill("SIGKILL");
  await says(page, "Server away");
  t.strictSame(await disabled(), [true, true, true]);
  t.match(await page.locator("#message").textContent(), /server does not/);
  service = await startService(t, { REDIS_URL: redis.url, PORT: new URL(service.url).port });
  await says(page, "Live");
  t.equal(await page.locator("#message").textContent(), "");
});

t.test("a proxy's own error counts as the server's absence", { skip }, async (t) => {
  const redis = await testRedis(t);
  const { url } = await testApp(t, redis.url);
  const { page } = await open(await startBrowser(t), url);
  await says(page, "Live");
  await page.route("**/api/**", (route) =>
    route.fulfill({ status: 503, body: "<h1>503 Service Unavailable</h1>" }),
  );
  await says(page, "Server away");
});

t.test("an injected script does not run", { skip }, async (t) => {
  const redis = await testRedis(t);
  const { url } = await testApp(t, redis.url);
  const { page } = await open(await startBrowser(t), url);
  await page.evaluate(`{
    const script = document.createElement("script");
    script.textContent = "window.injected = true";
    document.body.append(script);
    document.body.insertAdjacentHTML("beforeend", '<img src="/nope" onerror="window.injected = true">');
  }`);
  await says(page, "Live");
  t.equal(await page.evaluate("window.injected"), undefined);
});

t.test("it fits 360 pixels, follows dark mode, and names what it holds", { skip }, async (t) => {
  const redis = await testRedis(t);
  const { url } = await testApp(t, redis.url);
  await redis.client.set("counter:value", Number.MAX_SAFE_INTEGER);
  const browser = await startBrowser(t);
  const light = await open(browser, url, { viewport: { width: 360, height: 640 } });
  const dark = await open(browser, url, { colorScheme: "dark", reducedMotion: "reduce" });
  await Promise.all([light, dark].map(({ page }) => shows(page, Number.MAX_SAFE_INTEGER)));

  const overflow = "document.documentElement.scrollWidth - innerWidth";
  t.ok(Number(await light.page.evaluate(overflow)) <= 0, "no sideways scrolling with the largest value");
  const edges =
    "(({ left, right }) => [left >= 0, right <= innerWidth])(document.querySelector('#value').getBoundingClientRect())";
  t.strictSame(await light.page.evaluate(edges), [true, true]);
  for (const [selector, name] of [
    ["main", "background-color"],
    ["body", "color"],
  ] as const) {
    t.not(
      await style(light.page, selector, name),
      await style(dark.page, selector, name),
      `${selector} ${name}`,
    );
  }
  t.match(await style(dark.page, "button", "transition-property"), /none|all/);
  t.equal(
    await style(dark.page, "button", "transition-duration"),
    "0s",
    "nothing moves when that is asked for",
  );

  const { page } = light;
  t.equal(await page.locator("html").getAttribute("lang"), "en");
  t.equal(await page.locator("h1").count(), 1);
  t.equal(await page.getByRole("main").count(), 1);
  t.equal(await page.locator("#value").getAttribute("aria-live"), "polite");
  t.equal(await page.getByRole("status", { name: "Value" }).textContent(), "9,007,199,254,740,991");
  for (const button of await page.getByRole("button").all()) {
    t.ok((await button.getAttribute("aria-label")) || (await button.textContent()), "each button has a name");
    const box = await button.boundingBox();
    t.ok(box && box.width >= 24 && box.height >= 24, "and is large enough to hit");
  }
});
