import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { lengthOf, type Plan } from "../../../../checks/load/profiles.ts";
import { EXIT, Failure } from "../../run/failure.ts";
import { ending, interruption } from "../../run/interrupt.ts";
import { ROOT } from "../../run/paths.ts";
import { coresBetween, cpuOf, cpuTimes, type Strain, strainBetween } from "../cores.ts";
import type { Platform } from "../platform.ts";
import type { Intake } from "./intake.ts";
import type { RawFile } from "./raw.ts";
import type { Cores, Limits } from "./verdict.ts";

/** A program that sends a plan, which it finds in LOAD_PLAN, and writes samples. */
export interface Generator extends Limits {
  name: "k6" | "builtin";
  version: string;
  program: string;
  args: string[];
  env?: Record<string, string>;
}

export const builtin: Generator = {
  name: "builtin",
  version: `Node ${process.versions.node}`,
  threads: "one",
  program: process.execPath,
  args: [`${ROOT}scripts/lib/measure/load/generator/main.ts`],
};

/** Seconds that a generator may take to begin and to end, beyond its plan and the last answers. */
const SLACK = 20;
/** Milliseconds between two readings of its CPU time: the last one is this old when it ends. */
const READ_EVERY = 200;
/** As many as span a second, for a display while it runs. */
const RECENT = 1000 / READ_EVERY + 1;

const CORES = availableParallelism();

interface Sink {
  intake: Intake;
  raw?: RawFile;
  /** Reads the CPU of the target's processes, too: it is on this machine. */
  local?: boolean;
  /** Of those, only of this orchestrator; of all there are, if it is not known. */
  platform?: Platform | undefined;
  /** Ends the plan early, and with no fault: what is under way is awaited. */
  stop?: AbortSignal;
  /** Is told, with each reading, whose CPU it was in the last second. */
  usage?: ((usage: Usage) => void) | undefined;
}

/** Whose CPU it was, and, where the target is on this machine, what was strained. */
export interface Usage {
  cores: Cores;
  strain?: Strain;
}

/**
 * Has a generator send a plan, and takes in what it writes. Returns whose CPU it was. An interruption ends the generator
 * early, and what it measured until then is taken in; it throws nothing. Throws a Failure when the generator fails, does
 * not end in time, or the raw file cannot be written.
 */
export async function generate(generator: Generator, plan: Plan, sink: Sink): Promise<Usage> {
  const { intake, raw } = sink;
  raw?.failed.throwIfAborted();
  const child = spawn(generator.program, generator.args, {
    env: { ...process.env, ...generator.env, LOAD_PLAN: JSON.stringify(plan) },
    stdio: ["ignore", "pipe", "pipe"],
    // Ctrl-C tells the whole group of a terminal: k6 takes the second signal for an order to drop everything.
    detached: true,
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const late = new AbortController();
  const deadline = setTimeout(() => (late.abort(), kill()), (lengthOf(plan) + plan.timeout + SLACK) * 1000);
  const end = ending();
  // An interruption of the process tells its children itself, and k6 would drop everything at a second signal.
  const stop = () => void (interruption.aborted || child.kill("SIGTERM"));
  const stops = [raw?.failed, sink.stop, end].filter((signal) => signal !== undefined);
  for (const signal of stops) signal.addEventListener("abort", stop);
  if (end.aborted) child.kill("SIGTERM");
  const meter = new Meter(child, sink);
  try {
    for (const stream of [child.stderr, child.stdout]) {
      createInterface(stream).on("line", (line) => {
        if (!intake.line(line)) return;
        meter.begin();
        raw?.line(line);
      });
    }
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    raw?.failed.throwIfAborted();
    if (late.signal.aborted) throw new Failure(`${generator.name} did not end`, { code: EXIT.timedOut });
    if (!end.aborted && (code !== 0 || !intake.ending))
      throw new Failure(`${generator.name} ended with ${signal ?? `exit code ${code}`}`, {
        lines: intake.messages,
      });
    return meter.mean();
  } finally {
    clearTimeout(deadline);
    meter.end();
    for (const signal of stops) signal.removeEventListener("abort", stop);
    process.removeListener("exit", kill);
  }
}

/** Reads CPU times from the first sample on: what a program takes to start is no part of the load. */
class Meter {
  readonly #pid: number;
  readonly #local: boolean;
  readonly #platform: Platform | undefined;
  readonly #tell: Sink["usage"];
  #timer: NodeJS.Timeout | undefined;
  #first: Reading | undefined;
  #recent: Reading[] = [];

  constructor(child: ChildProcess, { local = false, platform, usage }: Sink) {
    this.#pid = child.pid ?? 0;
    this.#local = local;
    this.#platform = platform;
    this.#tell = usage;
  }

  begin(): void {
    if (this.#first) return;
    this.#first = this.#read() ?? { generator: 0, recorder: 0, machine: this.#machine() };
    this.#recent = [this.#first];
    this.#timer = setInterval(() => this.#go(), READ_EVERY);
  }

  #go(): void {
    const reading = this.#read();
    if (!reading) return;
    this.#recent = [...this.#recent, reading].slice(-RECENT);
    this.#tell?.(this.#between(this.#recent[0], reading));
  }

  #read(): Reading | undefined {
    const [generator, recorder = 0] = [cpuOf(this.#pid), cpuOf(process.pid)];
    return generator === undefined ? undefined : { generator, recorder, machine: this.#machine() };
  }

  #machine = () => cpuTimes(this.#platform);

  end(): void {
    clearInterval(this.#timer);
  }

  /** Means between the first reading and the last one. */
  mean = (): Usage => this.#between(this.#first, this.#recent.at(-1));

  #between(first: Reading | undefined, last: Reading | undefined): Usage {
    if (!first || !last || first === last) return { cores: { generator: 0 } };
    const seconds = last.machine.at - first.machine.at;
    const generator = (last.generator - first.generator) / seconds;
    const recorder = (last.recorder - first.recorder) / seconds;
    const { idle, steal, ...roles } = coresBetween(first.machine, last.machine);
    const own = { generator, recorder, ...(this.#local && roles) };
    const known = [steal, ...Object.values(own)].reduce((a, b) => a + b, 0);
    const cores = { ...own, others: Math.max(0, CORES - idle - known), steal, idle };
    return this.#local ? { cores, strain: strainBetween(first.machine, last.machine) } : { cores };
  }
}

interface Reading {
  generator: number;
  /** Of this process, which reads and keeps the samples. */
  recorder: number;
  machine: ReturnType<typeof cpuTimes>;
}
