import { type Plan, planOf, PROFILES } from "../../../../checks/load/profiles.ts";
import { choose } from "../../deployment/choose.ts";
import { requireDeployed } from "../../deployment/deployed.ts";
import { Failure } from "../../run/failure.ts";
import { interruption } from "../../run/interrupt.ts";
import { commandOf, type OptionName } from "../../run/options.ts";
import { progress } from "../../run/progress.ts";
import type { Context } from "../../run/verb.ts";
import { builtin, generate } from "../load/generate.ts";
import { Intake } from "../load/intake.ts";
import { openRaw, type RawFile } from "../load/raw.ts";
import { count } from "../load/tables.ts";
import { loadTarget, type Target } from "../load/target.ts";
import { MEASURED } from "../redis-modes.ts";
import { writeDocument } from "../report/document.ts";
import { makeFolder } from "../report/folder.ts";
import { runFacts } from "../report/run-facts.ts";
import { reportOf } from "./report.ts";
import { type Result, resultOf, type Seen } from "./result.ts";

export const CONSISTENCY_OPTIONS = [
  "increments",
  "rate",
  "baseUrl",
  "yes",
  "json",
  "orchestrator",
] as const satisfies OptionName[];

interface Done {
  result: Result;
  folder: string;
  done: (text?: string) => void;
}

/** Counts through the front door, reads what came of it, and writes the report. An interruption ends it early. */
export async function runConsistency({ settings, options }: Context): Promise<Done> {
  const { increments: wanted = 400, rate = 100, baseUrl } = options;
  // Of a front door elsewhere nothing is known: it shall have one count.
  const here = baseUrl === undefined && (await requireDeployed(await choose(options), settings)).redis;
  const mode = here || "elsewhere";
  const promised = here ? MEASURED[here].consistent : true;
  const steps = progress("Consistency of the counter", 3);
  const target = await steps.step("Target", async () => {
    const found = await loadTarget(settings, options);
    return { ...found, note: `${found.url}, Redis ${mode}, ${found.replicas} replicas` };
  });
  const started = new Date().toISOString();
  const folder = await makeFolder(started, `consistency-${target.orchestrator}-${mode}`);
  const raw = openRaw(`${folder}/samples.csv.gz`);
  const begun = Date.now();
  const one = { target, rate, wanted, raw, begun };
  const counted = await steps.step(`${count(wanted)} increments`, () => send(one, "increment"));
  const read = await steps.step(`${count(wanted)} reads`, () => send(one, "read"));
  await raw.close();

  const last = read.seen.at(-1)?.value;
  if (last === undefined && !interruption.aborted) throw new Failure("the counter does not say its count");
  const ledger = counted.intake.ledger!.close(last ?? target.count);
  const { url, orchestrator, replicas, version } = target;
  const setting = { mode, promised, url, orchestrator, replicas, version, started };
  const result = resultOf(setting, counted.seen, read, ledger, interruption.aborted);
  const facts = runFacts(commandOf("consistency", options), settings, {
    ...setting,
    rate,
    increments: wanted,
  });
  await writeDocument(folder, reportOf(result), result, facts);
  return { result, folder, done: steps.done };
}

interface Sending {
  target: Target;
  rate: number;
  wanted: number;
  raw: RawFile;
  /** Milliseconds since 1970. */
  begun: number;
}

/** Sends so many requests, each over a connection of its own, and gives what was answered. */
async function send({ target, rate, wanted, raw, begun }: Sending, route: "increment" | "read") {
  const seconds = wanted / rate;
  const profile = { ...PROFILES.increments, weights: { [route]: 1 }, rate, seconds, users: wanted };
  const plan: Plan = { ...planOf(profile, target.url), connections: "new" };
  const seen: Seen[] = [];
  let failed = 0;
  const intake = new Intake(plan, target.count, ({ replica, at, value, error }) => {
    if (error !== "" || value === undefined) failed++;
    else seen.push({ replica, at: (at - begun) / 1000, value });
  });
  raw.part({ route, rate });
  await generate(builtin, plan, { intake, raw, local: target.local });
  return { seen, failed, intake, note: `${count(seen.length)} answered, ${count(failed)} failed` };
}
