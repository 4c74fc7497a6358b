#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Shows what runs: version, replicas, age, Redis, url, whether the front door answers, and each instance.
//
//   make status
//   scripts/status.ts --watch

import { requireDeployed } from "./lib/deployment/deployed.ts";
import { doorState } from "./lib/deployment/front-door.ts";
import { ageOf, instanceTable } from "./lib/deployment/instance-table.ts";
import { Failure } from "./lib/run/failure.ts";
import { interruption } from "./lib/run/interrupt.ts";
import { EXTERNAL_OPTIONS } from "./lib/run/options.ts";
import { choose } from "./lib/deployment/choose.ts";
import { MODES } from "./lib/deployment/redis-modes.ts";
import { type RedisSettings, redisSettings, settingsLine } from "./lib/deployment/redis/settings.ts";
import { askOf, lookAtRedis } from "./lib/deployment/redis/whole.ts";
import type { Deployed, Instance, Orchestrator } from "./lib/deployment/orchestrator.ts";
import type { RedisServer } from "./lib/deployment/redis/state.ts";
import type { Settings } from "./lib/run/settings.ts";
import { toFailure } from "./lib/run/shell.ts";
import { pause } from "./lib/run/wait.ts";
import { verb } from "./lib/run/verb.ts";

const ANSWERS = "answers";

/** Milliseconds between two looks of WATCH=1. */
const RENEWED = 2000;
/** To the upper left, and clears what is below [ECMA-48]. */
const CLEAR = "\u001B[H\u001B[J";

process.exitCode = await verb(
  {
    name: "status",
    summary: "Shows what runs: replicas, version, age, restarts, url, and each instance.",
    options: ["json", "watch", "orchestrator", ...EXTERNAL_OPTIONS],
    example: "make status WATCH=1",
  },
  async ({ settings, options }) => {
    const look = async () => {
      const { status, fault } = await lookAt(settings, await choose(options));
      const text = options.json ? `${JSON.stringify(status)}\n` : table(status, settings);
      return { text, fault };
    };
    if (!options.watch) {
      const { text, fault } = await look();
      process.stdout.write(text);
      if (fault) throw fault;
      return;
    }
    while (!interruption.aborted) {
      const { text, fault } = await look().catch((error: unknown) => ({ text: "", fault: toFailure(error) }));
      // Ctrl-C ends the questions that are under way.
      if (interruption.aborted) return;
      const problem = fault && !options.json ? `${fault.message}\n` : "";
      process.stdout.write(`${process.stdout.isTTY ? CLEAR : ""}${text}${problem}`);
      await pause(RENEWED).catch(() => {});
    }
  },
);

/** What runs, and what of it is not well. */
async function lookAt(
  settings: Settings,
  orchestrator: Orchestrator,
): Promise<{ status: Status; fault?: Failure }> {
  const deployed = await requireDeployed(orchestrator, settings);
  const { version, previous, replicas, scaled, running, restarts, since, redis, url } = deployed;
  const ask = askOf(orchestrator, settings, version);
  const [door, { servers, problems }, facts, instances] = await Promise.all([
    doorState(url),
    lookAtRedis(orchestrator, settings, redis, version),
    redisSettings(ask, MODES[redis], deployed.redisWait),
    orchestrator.instances(settings),
  ]);
  const { platform } = orchestrator;
  const status: Status = {
    name: settings.name,
    platform,
    version,
    previous,
    replicas,
    scaled,
    running,
    restarts,
    since,
    redis,
    settings: facts,
    servers,
    url,
    door: door ?? ANSWERS,
    instances,
  };
  const fault = faultOf(status, problems, orchestrator.name);
  return { status, ...(fault && { fault }) };
}

interface Status extends Pick<
  Deployed,
  "version" | "previous" | "replicas" | "scaled" | "running" | "restarts" | "since" | "redis" | "url"
> {
  name: string;
  platform: string;
  settings: RedisSettings;
  servers: RedisServer[];
  door: string;
  instances: Instance[];
}

/** What is not well, the worst alone; undefined if all is. */
function faultOf({ door, running, replicas, instances }: Status, problems: string[], on: string) {
  if (door !== ANSWERS)
    return new Failure(`the front door does not answer: ${door}`, { hint: `make deploy-${on}` });
  const [first, ...lines] = problems;
  if (first) return new Failure(`Redis is not whole: ${first}`, { hint: "make logs SERVICE=redis", lines });
  if (running === replicas) return undefined;
  const reasons = instances.flatMap(({ name, why }) => (why ? [`${name}: ${why}`] : []));
  return new Failure(`${running} of ${replicas} replicas run`, { hint: "make logs", lines: reasons });
}

/** Where another number was asked for than the settings say. */
function scaleNote({ replicas, scaled }: Status, settings: Settings): string {
  if (replicas === settings.replicas) return "";
  const since = scaled && ` since ${new Date(scaled).toTimeString().slice(0, 5)}`;
  return `, settings.yaml says ${settings.replicas}, scaled to ${replicas}${since}`;
}

function table(status: Status, file: Settings): string {
  const { version, previous, replicas, running, since, redis, settings, servers, ...rest } = status;
  const { warning, what } = MODES[redis];
  const rows = [
    ["name", rest.name],
    ["platform", rest.platform],
    ["version", previous ? `${version} (before: ${previous})` : version],
    ["replicas", `${running}/${replicas} running${scaleNote(status, file)}`],
    ["age", ageOf(since)],
    ["restarts", rest.restarts],
    ["redis", `${redis}: ${what}`],
    ...(warning ? [["", warning]] : []),
    ["", settingsLine(settings)],
    ...servers.map((server) => ["", serverLine(server)]),
    ["url", rest.url],
    ["door", rest.door],
  ];
  const text = rows.map(([key, value]) => `${String(key).padEnd(10)} ${value}\n`).join("");
  return `${text}\n${instanceTable(rest.instances)}`;
}

/** One Redis: what it is, and what is to be known of it. */
function serverLine({ name, role, lag, slots, value }: RedisServer): string {
  const facts = [`${name} ${role}`];
  if (lag !== undefined) facts.push(`${lag} s behind`);
  if (slots) facts.push(`${slots} slots`);
  if (value !== undefined) facts.push(`counts ${value}`);
  return facts.join(", ");
}
