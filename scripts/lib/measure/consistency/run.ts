import { choose } from "../../deployment/choose.ts";
import { requireDeployed } from "../../deployment/deployed.ts";
import { commandOf, type OptionName } from "../../run/options.ts";
import { progress } from "../../run/progress.ts";
import type { Context } from "../../run/verb.ts";
import { loadTarget } from "../load/target.ts";
import { MEASURED } from "../redis-modes.ts";
import { writeDocument } from "../report/document.ts";
import { makeFolder } from "../report/folder.ts";
import { runFacts } from "../report/run-facts.ts";
import { checkCount, ownCounts } from "./check.ts";
import { reportOf } from "./report.ts";
import type { Result } from "./result.ts";

export const CONSISTENCY_OPTIONS = [
  "modes",
  "from",
  "increments",
  "rate",
  "baseUrl",
  "baseImages",
  "yes",
  "json",
  "orchestrator",
] as const satisfies OptionName[];

/** Requests a second, and how many of each kind, if not said. */
export const RATE = 100;
export const INCREMENTS = 400;

interface Done {
  result: Result;
  folder: string;
  done: (text?: string) => void;
}

/** Looks at what is deployed, or at a front door elsewhere, and writes the report. An interruption ends it early. */
export async function runConsistency({ settings, options }: Context): Promise<Done> {
  const { increments = INCREMENTS, rate = RATE, baseUrl } = options;
  // Of a front door elsewhere nothing is known: it shall have one count.
  const orchestrator = baseUrl === undefined ? await choose(options) : undefined;
  const deployed = orchestrator && (await requireDeployed(orchestrator, settings));
  const mode = deployed?.redis ?? "elsewhere";
  const steps = progress("Consistency of the counter", 3);
  const target = await steps.step("Target", async () => {
    const found = await loadTarget(settings, options);
    return { ...found, note: `${found.url}, Redis ${mode}, ${found.replicas} replicas` };
  });
  const started = new Date().toISOString();
  const folder = await makeFolder(started, `consistency-${target.orchestrator}-${mode}`);
  const promised = deployed ? MEASURED[deployed.redis].consistent : true;
  const result = await checkCount({
    target,
    mode,
    promised,
    increments,
    rate,
    ...(orchestrator && deployed && { own: () => ownCounts(orchestrator, settings, deployed) }),
    started,
    file: `${folder}/samples.csv.gz`,
    steps,
  });
  const { url, replicas, version } = target;
  const asked = { mode, promised, url, orchestrator: target.orchestrator, replicas, version, started };
  const facts = runFacts(commandOf("consistency", options), settings, { ...asked, rate, increments });
  await writeDocument(folder, reportOf(result), result, facts);
  return { result, folder, done: steps.done };
}
