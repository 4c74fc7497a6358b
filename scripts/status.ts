#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Shows what runs: version, replicas, age, restarts, url, and whether the front door answers.
//
//   make status
//   scripts/status.ts --json

import { requireDeployed } from "./lib/deployment/deployed.ts";
import { doorState } from "./lib/deployment/front-door.ts";
import { EXIT, Failure } from "./lib/run/failure.ts";
import { choose } from "./lib/deployment/choose.ts";
import { MODES } from "./lib/deployment/redis-modes.ts";
import type { RedisMode } from "./lib/run/values.ts";
import { verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "status",
    summary: "Shows replicas, version, age, restarts and url of what runs.",
    options: ["json", "orchestrator"],
    example: "make status JSON=1",
  },
  async ({ settings, options }) => {
    const orchestrator = await choose(options);
    const deployed = await requireDeployed(orchestrator, settings);
    const { version, previous, replicas, running, restarts, since, redis, url } = deployed;
    const door = await doorState(url);
    const { platform } = orchestrator;
    const status = {
      name: settings.name,
      platform,
      version,
      previous,
      replicas,
      running,
      restarts,
      since,
      redis,
      url,
      door: door ?? "answers",
    };
    process.stdout.write(
      options.json ? `${JSON.stringify(status)}\n` : table({ ...status, age: age(since) }),
    );
    if (door)
      throw new Failure(`the front door does not answer: ${door}`, {
        hint: `make deploy-${orchestrator.name}`,
      });
    if (running === replicas) return;
    throw new Failure(`${running} of ${replicas} replicas run`, {
      code: EXIT.failed,
      hint: "make logs",
      lines: await orchestrator.diagnose(settings, []).catch(() => []),
    });
  },
);

function table(status: Record<string, string | number>): string {
  const {
    name,
    platform,
    version,
    previous,
    replicas,
    running,
    age: since,
    restarts,
    redis,
    url,
    door,
  } = status;
  const rows = {
    name,
    platform,
    version: previous ? `${version} (before: ${previous})` : version,
    replicas: `${running}/${replicas} running`,
    age: since,
    restarts,
    redis: MODES[redis as RedisMode].what,
    url,
    door,
  };
  return Object.entries(rows)
    .map(([key, value]) => `${key.padEnd(10)} ${value}\n`)
    .join("");
}

/** How long ago, in the largest unit that fits. */
function age(since: string): string {
  let value = (Date.now() - Date.parse(since)) / 1000;
  for (const [unit, size] of [
    ["s", 60],
    ["min", 60],
    ["h", 24],
  ] as const) {
    if (value < size) return `${Math.floor(value)} ${unit}`;
    value /= size;
  }
  return `${Math.floor(value)} days`;
}
