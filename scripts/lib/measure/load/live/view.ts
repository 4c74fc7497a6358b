import { basename } from "node:path";
import { lengthOf, levelAt, PROFILES } from "../../../../../checks/load/profiles.ts";
import type { Failure } from "../../../run/failure.ts";
import { formatDuration } from "../../../run/values.ts";
import { HALF, liveCharts, type Picture, stepCharts } from "../charts.ts";
import { remarksOf, type Result, shownPart, tablesOf as tablesOfResult, verdictOf } from "../result.ts";
import type { Table } from "../tables.ts";
import { type Cores, generatorIsLimit, SPARE } from "../verdict.ts";
import type { Form } from "./form.ts";
import { K6_PAGE } from "../run.ts";
import { type Figure, figuresOf, type Tables, tablesOf, timeOfDay, wantedFigure } from "./rows.ts";
import type { Run, Session } from "./session.ts";

type Phase = "idle" | "starting" | "running" | "stopping" | "ended";

/** What went wrong, with what to do about it. */
export interface Alert {
  message: string;
  hint?: string | undefined;
  lines?: string[] | undefined;
}

/** All that the page shows of a session, ready to be drawn: texts, tables of texts, and pictures. */
export interface View {
  phase: Phase;
  status: string;
  /** Of the run that goes on, or of the last one. */
  form?: Form;
  alerts: Alert[];
  progress?: { done: number; of: number; text: string };
  figures: Figure[];
  charts: Picture[];
  tables: Tables;
  /** How busy the machine is, and whether the generator is the limit. */
  machine: string;
  scale: { url?: string; replicas?: number; busy: boolean; text: string; alert?: Alert };
  result?: {
    name: string;
    verdict: "passed" | "failed" | "stopped";
    headline: string;
    /** Of a run that went up in steps. */
    steps: Table;
    required: Table;
    remarks: string[];
  };
}

export function viewOf(session: Session, time: number): View {
  const { run } = session;
  const phase = phaseOf(run);
  const base = {
    phase,
    status: statusOf(phase, session),
    ...(run && { form: run.form }),
    alerts: alertsOf(session),
    scale: scaleOf(session),
  };
  const empty = { routes: [], replicas: [], failures: [], cores: [] };
  if (!run?.parts.length) return { ...base, figures: [], charts: [], tables: empty, machine: "" };
  return { ...base, ...(run.end?.result ? endedView(run, run.end.result) : runningView(run, time)) };
}

export const alertOf = ({ message, details }: Failure): Alert => ({
  message,
  hint: details.hint,
  lines: details.lines,
});

function phaseOf(run: Run | undefined): Phase {
  if (!run) return "idle";
  if (run.end) return "ended";
  if (run.stop.signal.aborted) return "stopping";
  return run.parts.length > 0 ? "running" : "starting";
}

function statusOf(phase: Phase, { run }: Session): string {
  const { target, generator } = run?.load ?? {};
  const k6 = `k6 ${generator?.version} (its own page is on ${K6_PAGE})`;
  const by = generator?.name === "k6" ? k6 : "the built-in generator";
  const to = target ? `${target.url}, sent by ${by}` : "";
  const texts: Record<Phase, string> = {
    idle: "Nothing is sent before you start it.",
    starting: "Starting: looking at the front door",
    running: `Running: ${run?.form.profile} on ${to}`,
    stopping: "Stopping: answers that are under way are awaited",
    ended: endOf(run),
  };
  return texts[phase];
}

function endOf(run: Run | undefined): string {
  const { result } = run?.end ?? {};
  if (!result) return "Nothing was sent.";
  const verdict = verdictOf(result);
  return `${verdict[0]!.toUpperCase()}${verdict.slice(1)}: ${result.headline}`;
}

function alertsOf({ run, silent, deployment }: Session): Alert[] {
  const { failure, result } = run?.end ?? {};
  const alerts = failure && !result ? [alertOf(failure)] : [];
  if (silent === undefined || run?.end) return alerts;
  const gone = run?.form.baseUrl === "" && deployment && "problem" in deployment ? deployment : undefined;
  const message = `No request to ${run?.load?.target.url} has succeeded since ${timeOfDay(silent)}.`;
  return [
    ...alerts,
    { message: gone ? `${message} ${gone.problem}.` : message, hint: gone?.hint ?? "make status" },
  ];
}

function scaleOf({ deployment, scaling }: Session): View["scale"] {
  const { text, busy, failure } = scaling;
  const alert = failure && { alert: alertOf(failure) };
  if (!deployment) return { busy, text: "Looking what is deployed.", ...alert };
  if ("problem" in deployment)
    return { busy, text: `Nothing can be scaled: ${deployment.problem}.`, ...alert };
  const { url, replicas } = deployment;
  return { url, replicas, busy, text, ...alert };
}

type Shown = Pick<View, "progress" | "figures" | "charts" | "tables" | "machine" | "result">;

function runningView({ parts, usage, marks, load, form }: Run, time: number): Shown {
  const { intake, plan, recent } = parts.at(-1)!;
  const of = lengthOf(plan);
  const sums = intake.tally.sum(of);
  const begun = intake.tally.requests > 0;
  const done = begun ? Math.min(of, Math.max(0, (time - sums.from) / 1000)) : 0;
  const last = recent.now(time);
  const level = Math.ceil(levelAt(plan, done) ?? plan.stages.at(-1)!.target);
  const inSteps = Object.entries(PROFILES).some(([name, one]) => name === form.profile && "steps" in one);
  const step = inSteps ? `Step ${parts.length}: ` : "";
  return {
    progress: { done, of, text: `${step}${inWords(done)} of ${inWords(of)}, ${inWords(of - done)} left` },
    figures: [wantedFigure(plan, level), ...figuresOf(last?.all)],
    charts: begun ? liveCharts(sums, plan, marks, of) : [],
    tables: tablesOf(sums, recent, last, usage?.cores),
    machine: usage && load ? machineText(usage.cores, load.generator) : "",
  };
}

const inWords = (seconds: number) => formatDuration(Math.round(seconds));

function endedView({ parts, end, load, marks }: Run, result: Result): Shown {
  const { statistics, cores } = shownPart(result.parts);
  const { plan, recent } = parts[result.parts.findIndex((part) => part.statistics === statistics)]!;
  const taken = Math.ceil(Math.min(lengthOf(plan), statistics.seconds));
  const drawn =
    result.parts.length > 1
      ? stepCharts(result.parts, HALF)
      : liveCharts(statistics, plan, marks, taken, true);
  const most = Math.max(plan.from, ...plan.stages.map(({ target }) => target));
  const rows = result.thresholds.map(({ name, met, seen }) => [name, met ? "met" : "broken", seen]);
  return {
    figures: [wantedFigure(plan, most, ", at most"), ...figuresOf(statistics.all)],
    charts: drawn,
    tables: tablesOf(statistics, recent, undefined, cores),
    machine: load ? machineText(cores, load.generator) : "",
    result: {
      name: basename(end!.folder!),
      verdict: verdictOf(result),
      headline: result.headline,
      steps: tablesOfResult(result).find(({ title }) => title === "Steps")?.table ?? [],
      required: [["threshold", "result", "measured"], ...rows],
      remarks: remarksOf(result),
    },
  };
}

function machineText(cores: Cores, limits: Parameters<typeof generatorIsLimit>[1]): string {
  const { idle, generator } = cores;
  const free = idle === undefined ? "" : `${idle.toFixed(1)} cores of this machine are idle. `;
  const used = `The generator uses ${generator.toFixed(2)} cores`;
  if (generatorIsLimit(cores, limits))
    return `${free}${used}, and is the limit: the figures say what it can send, and not what the counter can answer.`;
  const full =
    (idle ?? 1) < SPARE ? " What runs here waits for a core at times: that is in the times, too." : "";
  return `${free}${used}, and is not the limit.${full}`;
}
