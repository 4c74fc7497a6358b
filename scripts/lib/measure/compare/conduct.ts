import { interruption } from "../../run/interrupt.ts";
import type { Outcome, Progress } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import type { Generator } from "../load/generate.ts";
import { count } from "../load/tables.ts";
import type { Measured, Method } from "./comparison.ts";
import { Digest } from "./digest.ts";
import type { Arm } from "./plan.ts";
import { coarseRate, measure, type Run, type Visit, warmUp } from "./run.ts";
import { type Subject, targetOf } from "./subject.ts";
import type { Wanted } from "./wanted.ts";

/** Everything that was run. */
export interface Runs {
  /** In the order in which they ran, void ones included. */
  all: Run[];
  /** By arm, those that count. */
  measured: Measured[];
  /** What ended it early. */
  failure?: unknown;
}

interface Plan {
  wanted: Wanted;
  method: Pick<Method, "cpus">;
  subjects: Subject[];
  generator: Generator;
  settings: Settings["load"];
  /** Of the report; the samples go to raw/ in it. */
  folder: string;
  steps: Progress;
}

/** Runs every arm of every round in turn. A failure ends it, and is told with what was measured until then: it throws nothing. */
export async function conductRuns(plan: Plan): Promise<Runs> {
  const { wanted, steps } = plan;
  const all: Run[] = [];
  const measured = wanted.arms.map((arm): Measured => ({ arm, runs: [], digest: new Digest() }));
  try {
    const known = await coarseRates(plan);
    for (const [index, arms] of wanted.order.entries()) {
      for (const arm of arms) {
        const name = `Round ${index + 1}: ${arm.name}`;
        const { run, raw } = await steps.step<Outcome & { run: Run; raw: string }>(name, async (report) => {
          const one = await oneRun(plan, arm, index + 1, known.get(keyOf(arm))!, report);
          return { ...one, note: noteOf(one.run) };
        });
        all.push(run);
        if (run.void) continue;
        if (run.held > 0) known.set(keyOf(arm), run.held);
        const mine = measured.find((one) => one.arm === arm)!;
        await mine.digest.add(raw, wanted.lengths.ramp, (step) => run.steps[step]?.verdict.state === "void");
        mine.runs.push(run);
      }
    }
    return { all, measured };
  } catch (failure) {
    return { all, measured, failure };
  }
}

/** The twin of an arm is the same size: what is known of one holds for the other. */
const keyOf = ({ orchestrator, replicas }: Arm) => `${orchestrator} ${replicas}`;

async function coarseRates(plan: Plan): Promise<Map<string, number>> {
  const known = new Map<string, number>();
  for (const arm of plan.wanted.arms.filter(({ twin }) => !twin)) {
    await plan.steps.step(`A first look: ${arm.name}`, async (report) => {
      await bring(plan, arm, report);
      const visit = visitOf(plan, arm, report);
      await warmUp(visit);
      const rate = await coarseRate(visit);
      known.set(keyOf(arm), rate);
      return { note: `about ${count(rate)} requests a second` };
    });
  }
  return known;
}

async function oneRun(plan: Plan, arm: Arm, round: number, known: number, report: Visit["report"]) {
  const subject = await bring(plan, arm, report);
  const raw = `${plan.folder}/raw/${String(round).padStart(2, "0")}-${arm.name.replaceAll(" ", "-")}`;
  const figures = await measure(visitOf(plan, arm, report), known, raw);
  interruption.throwIfAborted();
  const run: Run = { round, arm: arm.name, void: (await subject.disturbed()) ?? "", ...figures };
  return { run, raw };
}

async function bring({ method, subjects }: Plan, arm: Arm, report: Visit["report"]): Promise<Subject> {
  const subject = subjects.find(({ name }) => name === arm.orchestrator)!;
  const each = method.cpus === undefined ? undefined : Number((method.cpus / arm.replicas).toFixed(3));
  await subject.to(arm.replicas, each, report);
  return subject;
}

function visitOf({ wanted, subjects, generator, settings }: Plan, arm: Arm, report: Visit["report"]): Visit {
  const subject = subjects.find(({ name }) => name === arm.orchestrator)!;
  return { target: targetOf(subject, arm.replicas), generator, settings, lengths: wanted.lengths, report };
}

function noteOf({ void: why, held, users, end }: Run): string {
  const failed = users.failed > 0 ? `, ${count(users.failed)} of the users' requests failed` : "";
  const more = end.verdict.state === "void" ? ", where the generator could send no more" : "";
  return why ? `void: ${why}` : `held ${count(held)} a second${more}${failed}`;
}
