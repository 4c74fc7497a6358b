import { once } from "node:events";
import { request } from "node:http";
import type { Page } from "playwright-core";
import type { Test } from "tap";
import { until } from "../run/wait.ts";
import type { TestHost } from "./host.ts";

/** Starts the verb, and waits for the address that it prints. */
export async function startPage(t: Test, host: TestHost, variables: Record<string, string>) {
  const run = host.start("load-ui", { GENERATOR: "builtin", ...variables });
  let ended = false;
  void run.then(() => (ended = true));
  t.teardown(() => ended || run.kill("SIGKILL"));
  let said = "";
  run.stderr.on("data", (chunk) => (said += chunk));
  const wait = { what: "no address", deadline: 20, seen: () => said };
  const url = await until(wait, async () => /Load page[^:]*: (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1]);
  return { run, url, said: () => said };
}

/** The number in the cell of a table, by the row's first cell and the column's name. */
export async function figure(page: Page, table: string, row: string, column: string): Promise<number> {
  const [head = [], ...rows] = await page
    .locator(`${table} tr`)
    .evaluateAll((lines) => lines.map((line) => [...line.children].map((cell) => cell.textContent ?? "")));
  const cell = rows.find(([name]) => name === row)?.[head.indexOf(column)];
  return Number(cell?.replaceAll(",", ""));
}

/** Waits until a number is greater than it was. */
export const grows = async (what: string, read: () => Promise<number>) => {
  const first = await read();
  await until({ what: `${what} does not grow`, deadline: 10 }, async () => (await read()) > first);
};

/** What a request is answered that a browser would not send so. */
export async function statusOf(
  url: string,
  headers: Record<string, string>,
  method = "POST",
): Promise<number> {
  const sent = request(url, { method, headers: { "content-type": "application/json", ...headers } });
  const [response] = await once(sent.end("{}"), "response");
  response.resume();
  return response.statusCode;
}
