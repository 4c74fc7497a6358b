#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Shows what runs: version, replicas, age, restarts, Redis, url, and whether the front door answers.
//
//   make status
//   scripts/status.ts --json

import { requireDeployed } from "./lib/deployment/deployed.ts";
import { doorState } from "./lib/deployment/front-door.ts";
import { type Details, Failure } from "./lib/run/failure.ts";
import { EXTERNAL_OPTIONS } from "./lib/run/options.ts";
import { choose } from "./lib/deployment/choose.ts";
import { MODES } from "./lib/deployment/redis-modes.ts";
import { type RedisSettings, redisSettings, settingsLine } from "./lib/deployment/redis/settings.ts";
import { askOf, lookAtRedis } from "./lib/deployment/redis/whole.ts";
import type { Deployed } from "./lib/deployment/orchestrator.ts";
import type { RedisServer } from "./lib/deployment/redis/state.ts";
import { verb } from "./lib/run/verb.ts";

const ANSWERS = "answers";

process.exitCode = await verb(
  {
    name: "status",
    summary: "Shows replicas, version, age, restarts and url of what runs.",
    options: ["json", "orchestrator", ...EXTERNAL_OPTIONS],
    example: "make status JSON=1",
  },
  async ({ settings, options }) => {
    const orchestrator = await choose(options);
    const deployed = await requireDeployed(orchestrator, settings);
    const { version, previous, replicas, running, restarts, since, redis, url } = deployed;
    const ask = askOf(orchestrator, settings, version);
    const [door, { servers, problems }, facts] = await Promise.all([
      doorState(url),
      lookAtRedis(orchestrator, settings, redis, version),
      redisSettings(ask, MODES[redis], deployed.redisWait),
    ]);
    const { platform } = orchestrator;
    const status: Status = {
      name: settings.name,
      platform,
      version,
      previous,
      replicas,
      running,
      restarts,
      since,
      redis,
      settings: facts,
      servers,
      url,
      door: door ?? ANSWERS,
    };
    process.stdout.write(options.json ? `${JSON.stringify(status)}\n` : table(status));
    const fault = faultOf(status, problems, orchestrator.name);
    if (!fault) return;
    const events = await orchestrator.diagnose(settings, []).catch(() => []);
    const { message, lines = [], ...details } = fault;
    throw new Failure(message, { ...details, lines: [...lines, ...events] });
  },
);

interface Status extends Pick<
  Deployed,
  "version" | "previous" | "replicas" | "running" | "restarts" | "since" | "redis" | "url"
> {
  name: string;
  platform: string;
  settings: RedisSettings;
  servers: RedisServer[];
  door: string;
}

type Fault = Details & { message: string };

/** What is not well, the worst alone; undefined if all is. */
function faultOf({ door, running, replicas }: Status, problems: string[], on: string): Fault | undefined {
  if (door !== ANSWERS)
    return { message: `the front door does not answer: ${door}`, hint: `make deploy-${on}` };
  const [first, ...lines] = problems;
  if (first) return { message: `Redis is not whole: ${first}`, hint: "make logs SERVICE=redis", lines };
  if (running === replicas) return undefined;
  return { message: `${running} of ${replicas} replicas run`, hint: "make logs" };
}

function table(status: Status): string {
  const { version, previous, replicas, running, since, redis, settings, servers, ...rest } = status;
  const { warning, what } = MODES[redis];
  const rows = [
    ["name", rest.name],
    ["platform", rest.platform],
    ["version", previous ? `${version} (before: ${previous})` : version],
    ["replicas", `${running}/${replicas} running`],
    ["age", age(since)],
    ["restarts", rest.restarts],
    ["redis", `${redis}: ${what}`],
    ...(warning ? [["", warning]] : []),
    ["", settingsLine(settings)],
    ...servers.map((server) => ["", serverLine(server)]),
    ["url", rest.url],
    ["door", rest.door],
  ];
  return rows.map(([key, value]) => `${String(key).padEnd(10)} ${value}\n`).join("");
}

/** One Redis: what it is, and what is to be known of it. */
function serverLine({ name, role, lag, slots, value }: RedisServer): string {
  const facts = [`${name} ${role}`];
  if (lag !== undefined) facts.push(`${lag} s behind`);
  if (slots) facts.push(`${slots} slots`);
  if (value !== undefined) facts.push(`counts ${value}`);
  return facts.join(", ");
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
