import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { choose, ORCHESTRATORS } from "../../deployment/choose.ts";
import { EXIT, Failure, refuse } from "../../run/failure.ts";
import { interruption } from "../../run/interrupt.ts";
import { commandOf } from "../../run/options.ts";
import { type Outcome, progress, type Progress } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import { toFailure } from "../../run/shell.ts";
import type { Context } from "../../run/verb.ts";
import { chooseGenerator } from "../load/choose-generator.ts";
import type { Generator } from "../load/generate.ts";
import { makeFolder } from "../report/folder.ts";
import { runFacts } from "../report/run-facts.ts";
import { againstBaseline, readBaseline } from "./baseline.ts";
import { figuresOf, type Idle, type Method } from "./comparison.ts";
import { conductRuns } from "./conduct.ts";
import { idleOrchestrators } from "./idle.ts";
import { secondsOf } from "./plan.ts";
import { PUT_BACK_STEPS, putBack } from "./put-back.ts";
import { writeComparison } from "./report/write.ts";
import { budgetText, type Comparison, resultOf } from "./result.ts";
import { USERS } from "./run.ts";
import { type Subject, subjectOf, subjectProblems } from "./subject.ts";
import { subjectFacts } from "./subject-facts.ts";
import { totalBudget, type Wanted, wantedComparison } from "./wanted.ts";

const IDLE_SECONDS = 5;
/** Steps before the runs. */
const FIRST_STEPS = 3;

interface Compared {
  comparison: Comparison;
  folder: string;
  done: (text?: string) => void;
}

/**
 * Compares what the options ask for, puts every deployment back as it was, and writes the report. Where it is
 * interrupted or fails after a run, there is a report of what was measured until then, and it throws.
 */
export async function runCompare({ settings, options }: Context): Promise<Compared> {
  const wanted = wantedComparison({ ...options, orchestrators: options.orchestrators ?? (await onlyOne()) });
  const { order, arms, orchestrators, sizes } = wanted;
  const coarse = orchestrators.length * sizes.length;
  const steps = progress(
    `Compare ${arms.map(({ name }) => name).join(", ")}`,
    FIRST_STEPS + order.flat().length + coarse + PUT_BACK_STEPS * orchestrators.length,
  );
  const { subjects, about } = await lookAt(wanted, settings, steps);
  const { generator, missing } = await steps.step("Generator", (report) =>
    chooseGenerator(settings.load, options, report),
  );
  const method = methodOf(wanted, subjects, generator, settings);
  const earlier = options.baseline === undefined ? undefined : readBaseline(options.baseline, method);
  announce(wanted, method, missing);

  const started = new Date().toISOString();
  const begun = performance.now();
  const folder = await makeFolder(started, "compare");
  await mkdir(`${folder}/raw`);
  const idle = await idleStep(steps, wanted.quick ? 2 : IDLE_SECONDS);
  const runs = await conductRuns({
    wanted,
    method,
    subjects,
    generator,
    settings: settings.load,
    folder,
    steps,
  });
  const left = await putBack(subjects, steps);
  if (runs.all.length === 0) {
    interruption.throwIfAborted();
    throw runs.failure;
  }

  const facts = runFacts(commandOf("compare", options), settings, { subjects: about });
  const figures = figuresOf(method, idle, runs.measured, runs.all);
  const seconds = Math.round((performance.now() - begun) / 1000);
  const interrupted = runs.failure !== undefined;
  const whole = interrupted ? undefined : earlier;
  const baseline = whole && againstBaseline(figures, whole, options.baseline!, wanted.tolerance);
  const comparison = resultOf(figures, { interrupted, started, seconds, facts }, baseline);
  await writeComparison(folder, comparison);
  process.stderr.write(`Report: reports/${basename(folder)}/report.html\n`);
  // A scale that was cut off was taken back, and the version is what it was all the time.
  interruption.throwIfAborted();
  const failure = runs.failure ?? left;
  if (failure !== undefined) throw toFailure(failure);
  return { comparison, folder, done: steps.done };
}

/** The orchestrator of this host, where nothing was said. Throws a usage Failure where it has two. */
async function onlyOne(): Promise<Wanted["orchestrators"]> {
  try {
    return [(await choose({})).name];
  } catch (error) {
    const hint = 'ORCHESTRATORS=swarm, ORCHESTRATORS=k3s or ORCHESTRATORS="swarm k3s"';
    throw new Failure(toFailure(error).message, { code: EXIT.usage, hint });
  }
}

/** Finds the deployments, and every reason against comparing them. */
async function lookAt(wanted: Wanted, settings: Settings, { step }: Progress) {
  const chosen = wanted.orchestrators.map((name) => ORCHESTRATORS[name]);
  return step("Preflight", async () => {
    refuse((await Promise.all(chosen.map((one) => subjectProblems(one, settings)))).flat());
    const subjects = await Promise.all(chosen.map((one) => subjectOf(one, settings)));
    const about = await Promise.all(chosen.map((one) => subjectFacts(one, settings)));
    const note = subjects.map(({ name, url, version }) => `${name} ${version}, ${url}`).join("; ");
    return { subjects, about, note };
  });
}

async function idleStep({ step }: Progress, seconds: number): Promise<Idle[]> {
  const { found } = await step<Outcome & { found: Idle[] }>("The orchestrator without load", async () => {
    const programs = await idleOrchestrators(seconds);
    const cores = programs.reduce((sum, one) => sum + one.cores, 0);
    return { found: programs, note: `${cores.toFixed(2)} cores` };
  });
  return found;
}

function methodOf(
  wanted: Wanted,
  subjects: Subject[],
  { name, version, threads }: Generator,
  { load }: Settings,
): Method {
  const { sizes, orchestrators, rounds, seed, quick, budget, lengths } = wanted;
  return {
    sizes,
    orchestrators,
    rounds,
    seed,
    quick,
    budget,
    lengths,
    ...(budget === "total"
      ? { cpus: totalBudget(subjects[0]!.before) }
      : { limits: Object.fromEntries(subjects.map((one) => [one.name, one.before.cpus])) }),
    users: USERS.users,
    p99: load.max.p99,
    generator: { name, version, threads },
    cores: availableParallelism(),
  };
}

function announce({ order, lengths, seed, budget, rounds }: Wanted, method: Method, missing: string[]): void {
  const minutes = secondsOf(order, lengths, budget === "total") / 60;
  const lines = [
    ...missing,
    `${order.flat().length} runs in ${rounds} ${rounds === 1 ? "round" : "rounds"}, about ${Math.ceil(minutes)} min; SEED=${seed}`,
    `CPU ${budgetText(method)}`,
  ];
  for (const line of lines) process.stderr.write(`      ${line}\n`);
}
