import { choose } from "../../deployment/choose.ts";
import { requireDeployed } from "../../deployment/deployed.ts";
import type { Deployed, Orchestrator } from "../../deployment/orchestrator.ts";
import { MODES } from "../../deployment/redis-modes.ts";
import { redisSettings, settingsLine } from "../../deployment/redis/settings.ts";
import { askOf, whole } from "../../deployment/redis/whole.ts";
import { awaitWell } from "../../deployment/well.ts";
import { confirm } from "../../run/confirm.ts";
import { EXIT, Failure, refuse } from "../../run/failure.ts";
import { interruption } from "../../run/interrupt.ts";
import { commandOf, type OptionName } from "../../run/options.ts";
import type { Outcome, Progress } from "../../run/progress.ts";
import { progress } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import { formatDuration } from "../../run/values.ts";
import type { Context } from "../../run/verb.ts";
import { openRaw } from "../load/raw.ts";
import { count } from "../load/tables.ts";
import { MEASURED, type MeasuredMode, type Victim } from "../redis-modes.ts";
import { writeDocument } from "../report/document.ts";
import { makeFolder } from "../report/folder.ts";
import { runFacts } from "../report/run-facts.ts";
import { reportOf } from "./report.ts";
import { type Result, resultOf } from "./result.ts";
import { playRound, type Round, type Trial } from "./rounds.ts";
import { type Asked, wantedFaults } from "./wanted.ts";

export const FAILOVER_OPTIONS = [
  "kill",
  "freeze",
  "partition",
  "rounds",
  "rate",
  "seconds",
  "yes",
  "json",
  "orchestrator",
] as const satisfies OptionName[];

interface Done {
  result: Result;
  folder: string;
  done: (text?: string) => void;
}

/**
 * Hits one process a round under a steady rate of increments, and writes the report. Asks first. An interruption ends it
 * after the rounds that were complete. Throws a Failure (refused) where there is nothing to be hit.
 */
export async function runFailover({ settings, options }: Context): Promise<Done> {
  const asked = wantedFaults(options);
  const { rounds: wanted, strike } = asked;
  const { victim, how } = asked.setting;
  const orchestrator = await choose(options);
  const deployed = await requireDeployed(orchestrator, settings);
  const mode: MeasuredMode = MEASURED[deployed.redis];
  const found = await targetsOf(orchestrator, settings, deployed, mode, victim);
  const trial: Trial = { orchestrator, settings, deployed, strike, ...found, ...asked.setting };
  if (!options.yes) await confirm(questionOf(trial, asked), "make failover YES=1");

  const steps = progress(
    `Failover of ${settings.name}: ${victim} is ${how}, ${wanted} rounds of ${formatDuration(asked.setting.seconds)}`,
    wanted + 1,
  );
  const { redis } = await steps.step("Preflight", async () => {
    await awaitWell(orchestrator, settings, deployed, trial.containers);
    await whole(orchestrator, settings, deployed.redis, deployed.version, () => {});
    const ask = askOf(orchestrator, settings, deployed.version);
    const facts = await redisSettings(ask, MODES[deployed.redis], deployed.redisWait);
    return { redis: facts, note: `Redis ${deployed.redis}, ${settingsLine(facts)}` };
  });
  const started = new Date().toISOString();
  const folder = await makeFolder(started, `failover-${orchestrator.name}-${victim}`);
  const raw = openRaw(`${folder}/samples.csv.gz`);
  const rounds = await playRounds(trial, wanted, steps, raw);
  await raw.close();

  const { version, replicas } = deployed;
  const where = { mode: deployed.redis, platform: orchestrator.platform, replicas, version, redis };
  const setting = { ...asked.setting, ...where, started };
  const result = resultOf(setting, mode, rounds, interruption.aborted);
  const facts = runFacts(commandOf("failover", options), settings, setting);
  await writeDocument(folder, reportOf(result), result, facts);
  return { result, folder, done: steps.done };
}

/** The parts to be hit, and how many containers each part has. Throws a Failure (refused) where there are none. */
async function targetsOf(
  orchestrator: Orchestrator,
  settings: Settings,
  { redis }: Deployed,
  mode: MeasuredMode,
  victim: Victim,
) {
  const several = `Redis ${redis} has several counts, and what a fault has lost shows only where there is one`;
  refuse(mode.consistent ? [] : [several]);
  const parts = mode.victims[victim] ?? [];
  const pairs = [...new Set(Object.values(mode.victims).flat())].map(
    async (part) => [part, (await orchestrator.containersOf(settings, part)).length] as const,
  );
  const containers = Object.fromEntries(await Promise.all(pairs));
  if (parts.some((part) => containers[part])) return { parts, containers };
  throw new Failure(`Redis ${redis} on ${orchestrator.platform} has no ${victim} to be hit`, {
    code: EXIT.refused,
  });
}

const questionOf = (
  { orchestrator, settings }: Trial,
  { rounds, setting: { victim, how, rate, seconds } }: Asked,
) =>
  `${victim} of ${settings.name} on ${orchestrator.platform} will be ${how}, ${rounds} times, while ${count(rate)} increments a second are sent` +
  `: requests fail, and the count grows by up to ${count(rounds * rate * seconds)}. Go on?`;

/** Throws where not even one round was complete. */
async function playRounds(
  trial: Trial,
  wanted: number,
  { step }: Progress,
  raw: ReturnType<typeof openRaw>,
): Promise<Round[]> {
  const rounds: Round[] = [];
  try {
    while (rounds.length < wanted) {
      const { round } = await step<Outcome & { round: Round }>(`Round ${rounds.length + 1}`, async () => {
        const played = await playRound(trial, raw);
        return { round: played, note: noteOf(played) };
      });
      rounds.push(round);
    }
  } catch (error) {
    if (!interruption.aborted || rounds.length === 0) throw error;
  }
  return rounds;
}

function noteOf({ fault, outage, lost }: Round): string {
  const back = outage.back === undefined ? "not back" : `back after ${(outage.back / 1000).toFixed(2)} s`;
  return `${fault.container}  ${back}, ${count(outage.failed)} failed, ${count(lost)} lost`;
}
