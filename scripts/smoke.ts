#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Checks the running deployment from outside, as a client would: health, contract, replicas, one shared count, page.
//
//   make smoke
//   scripts/smoke.ts --base-url=http://192.0.2.7 --replicas=4

import { requireDeployed } from "./lib/deployment/deployed.ts";
import { choose } from "./lib/deployment/choose.ts";
import { type OptionValues } from "./lib/run/options.ts";
import type { Settings } from "./lib/run/settings.ts";
import { requirePassed, runTap, totalsLine } from "./lib/run/tap.ts";
import { verb } from "./lib/run/verb.ts";

const TIMEOUT = 120;

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
    const totals = await runTap({ files: ["checks/smoke.ts"], env, timeout: TIMEOUT });
    process.stdout.write(`${totalsLine(totals)}\n`);
    requirePassed(totals, "make status, make logs");
  },
);

/** What to check: the address that was given, or else what is deployed here. */
async function target(settings: Settings, options: OptionValues): Promise<{ url: string; replicas: number }> {
  const { baseUrl, replicas } = options;
  if (baseUrl) return { url: baseUrl, replicas: replicas ?? settings.replicas };
  const deployed = await requireDeployed(await choose(options), settings);
  return { url: deployed.url, replicas: replicas ?? deployed.replicas };
}
