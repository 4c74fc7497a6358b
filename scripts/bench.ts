#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Measures increments per second: one replica on loopback against bare Fastify routes, and, where the counter is
// deployed, its front door with one and with four replicas. All in one run, on this machine, rounds in turn.
//
//   make bench
//   scripts/bench.ts --rounds=5 --json

import { EXIT, Failure } from "./lib/run/failure.ts";
import { distribution } from "./lib/host/facts.ts";
import { aptInstall } from "./lib/host/apt.ts";
import { startNode, startRedis } from "./lib/measure/local.ts";
import { countAt, takeBack } from "./lib/measure/count.ts";
import { answersPerSecond, type Figure, figure, incrementsPerSecond } from "./lib/measure/wrk.ts";
import { choose } from "./lib/deployment/choose.ts";
import type { Deployed, Orchestrator } from "./lib/deployment/orchestrator.ts";
import { progress, type Progress } from "./lib/run/progress.ts";
import { release } from "./lib/deployment/release.ts";
import type { Settings } from "./lib/run/settings.ts";
import { formatDuration } from "./lib/run/values.ts";
import { verb } from "./lib/run/verb.ts";
import { $ } from "zx/core";

const SCALES = [1, 4];
const WARM_UP = 1;
const SAME_WORK = "bare route with INCR";

process.exitCode = await verb(
  {
    name: "bench",
    summary: "Measures increments per second, of one replica and through the front door.",
    options: ["rounds", "seconds", "json", "orchestrator"],
    example: "make bench ROUNDS=5",
    exclusive: true,
  },
  async ({ settings, options }) => {
    const { rounds = 3, seconds = 5 } = options;
    await ensureWrk();
    const orchestrator = await choose(options);
    const deployed = await orchestrator.observe(settings).catch(() => undefined);
    const steps = progress(
      `Measure increments per second, ${formatDuration(seconds)} each time`,
      deployed ? rounds + SCALES.length * 4 + 4 : rounds,
    );
    const figures = await measureLocal(steps, rounds, seconds);
    if (deployed)
      figures.push(...(await measureFrontDoor(orchestrator, settings, deployed, steps, rounds, seconds)));
    process.stdout.write(options.json ? `${JSON.stringify(figures)}\n` : table(figures));
    steps.done(deployed ? "" : "the front door is not measured: the counter is not deployed here");
  },
);

async function ensureWrk(): Promise<void> {
  if ((await $({ nothrow: true })`command -v wrk`).ok) return;
  if (!distribution().apt) throw new Failure("wrk is missing", { code: EXIT.refused, hint: "install wrk" });
  await aptInstall(["wrk", "redis-tools"]);
}

/** Rounds go through all servers in turn, so that a machine whose speed drifts drifts for all of them. */
async function measureLocal({ step }: Progress, rounds: number, seconds: number): Promise<Figure[]> {
  using redis = await startRedis();
  const REDIS_URL = `redis://127.0.0.1:${redis.port}`;
  using bare = await startNode("scripts/lib/measure/bare.ts", {});
  using incr = await startNode("scripts/lib/measure/bare.ts", { REDIS_URL });
  using counter = await startNode("service/server.ts", { REDIS_URL });
  const servers = { "bare route": bare, [SAME_WORK]: incr, "the counter, one replica": counter };
  const rates = new Map<string, number[]>(Object.keys(servers).map((name) => [name, []]));
  for (const { port } of Object.values(servers))
    await incrementsPerSecond(`http://127.0.0.1:${port}`, WARM_UP);
  for (let round = 1; round <= rounds; round++) {
    await step(`Round ${round} on loopback`, async () => {
      for (const [name, { port }] of Object.entries(servers)) {
        rates.get(name)?.push(await incrementsPerSecond(`http://127.0.0.1:${port}`, seconds));
      }
      return {};
    });
  }
  return [...rates].map(([name, values]) => figure(name, values));
}

/** Puts the scale back however it ends. Increments stay where it fails: the count is larger then, and nothing is lost. */
async function measureFrontDoor(
  orchestrator: Orchestrator,
  settings: Settings,
  { version, replicas: before, url }: Deployed,
  steps: Progress,
  rounds: number,
  seconds: number,
): Promise<Figure[]> {
  const scale = async (replicas: number) => {
    const act = () => orchestrator.scale(settings, replicas);
    await release(orchestrator, settings, steps, { name: `Scale to ${replicas}`, version, replicas, act });
  };
  const count = await countAt(url);
  const figures: Figure[] = [];
  try {
    for (const replicas of SCALES) {
      await scale(replicas);
      await steps.step(`Front door with ${replicas}`, async () => {
        const increments = [];
        const answers = [];
        await incrementsPerSecond(url, WARM_UP);
        for (let round = 1; round <= rounds; round++) {
          increments.push(await incrementsPerSecond(url, seconds));
          answers.push(await answersPerSecond(url, seconds));
        }
        const door = `front door, ${replicas === 1 ? "1 replica" : `${replicas} replicas`}`;
        figures.push(figure(door, increments), figure(`${door}, GET /livez`, answers));
        return {};
      });
    }
  } finally {
    await orchestrator.scale(settings, before);
  }
  await scale(before);
  await steps.step("Take the increments back", async () => {
    await takeBack(url, count);
    return {};
  });
  return figures;
}

/** Markdown, with the ratio to the bare route that does the same work. */
function table(figures: Figure[]): string {
  const same = figures.find(({ name }) => name === SAME_WORK)!.median;
  const rows = figures.map(({ name, median, min, max }) => {
    const [rate, low, high] = [median, min, max].map((value) => Math.round(value).toLocaleString("en"));
    const ratio = (median / same).toFixed(2);
    return `| ${name.padEnd(34)} | ${rate!.padStart(8)} | ${`${low} to ${high}`.padStart(20)} | ${ratio.padStart(5)} |`;
  });
  const head = `| ${"Requests per second".padEnd(34)} | ${"median".padStart(8)} | ${"range".padStart(20)} | ratio |`;
  return [head, "|---|--:|--:|--:|", ...rows, ""].join("\n");
}
