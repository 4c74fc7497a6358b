#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Checks the running deployment from outside, as a client would: health, contract, replicas, one shared count, page.
//
//   make smoke
//   scripts/smoke.ts --base-url=http://192.0.2.7 --replicas=4

import { countAt, putBack } from "./lib/measure/count.ts";
import { originOf } from "./lib/measure/load/target.ts";
import { requireDeployed } from "./lib/deployment/deployed.ts";
import { choose } from "./lib/deployment/choose.ts";
import { Failure } from "./lib/run/failure.ts";
import { type OptionValues } from "./lib/run/options.ts";
import type { Settings } from "./lib/run/settings.ts";
import { requirePassed, runTap, totalsLine } from "./lib/run/tap.ts";
import { verb } from "./lib/run/verb.ts";

const TIMEOUT = 120;
const HINT = "make status, make logs";

process.exitCode = await verb(
  {
    name: "smoke",
    summary: "Checks the running deployment from outside.",
    options: ["baseUrl", "replicas", "orchestrator"],
    example: "make smoke BASE_URL=http://192.0.2.7",
  },
  async ({ settings, options }) => {
    const { url, replicas } = await target(settings, options);
    process.stderr.write(`==> Smoke test of ${url}\n`);
    const env = { BASE_URL: url, REPLICAS: String(replicas) };
    const before = await countToKeep(url);
    try {
      const totals = await runTap({ files: ["checks/smoke.ts"], env, timeout: TIMEOUT });
      process.stdout.write(`${totalsLine(totals)}\n`);
      requirePassed(totals, HINT);
    } finally {
      if (before !== undefined) await putBack(url, before);
    }
  },
);

/** What to check: the address that was given, or else what is deployed here. */
async function target(settings: Settings, options: OptionValues): Promise<{ url: string; replicas: number }> {
  const { baseUrl, replicas } = options;
  if (baseUrl) return { url: originOf(baseUrl), replicas: replicas ?? settings.replicas };
  const deployed = await requireDeployed(await choose(options), settings);
  return { url: deployed.url, replicas: replicas ?? deployed.replicas };
}

/** What the counter shall say afterwards; undefined where each Redis says another count. Throws a Failure where none does. */
async function countToKeep(url: string): Promise<number | undefined> {
  try {
    const answer = await fetch(`${url}/version`, { signal: AbortSignal.timeout(5000) });
    const { redis } = (await answer.json()) as { redis?: string };
    return redis === "independent" ? undefined : await countAt(url);
  } catch (error) {
    const { message, cause = { message } } = error as Error;
    throw new Failure(`${url} is no counter that answers: ${(cause as Error).message}`, { hint: HINT });
  }
}
