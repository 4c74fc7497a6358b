import type { Plan } from "../../../../../checks/load/profiles.ts";
import { choose } from "../../../deployment/choose.ts";
import { requireDeployed } from "../../../deployment/deployed.ts";
import { changeReplicas } from "../../../deployment/scale.ts";
import { EXIT, Failure } from "../../../run/failure.ts";
import { interruptible, interruption } from "../../../run/interrupt.ts";
import { holdLock } from "../../../run/lock.ts";
import { type OptionValues, readOption } from "../../../run/options.ts";
import { within } from "../../../run/progress.ts";
import { toFailure } from "../../../run/shell.ts";
import type { Context } from "../../../run/verb.ts";
import { now } from "../../clock.ts";
import type { Load } from "../conduct.ts";
import type { Usage } from "../generate.ts";
import type { Intake } from "../intake.ts";
import type { Mark, Result } from "../result.ts";
import { type Audience, printResult, requireResult, runLoad } from "../run.ts";
import type { Form } from "./form.ts";
import { Recent } from "./recent.ts";

/** What is deployed here, or why nothing is known of it. */
export type Deployment =
  | { url: string; replicas: number; platform: string }
  | { problem: string; hint?: string };

/** The run that goes on, or the last one. */
export interface Run {
  form: Form;
  /** Ends it like a Ctrl-C. */
  stop: AbortController;
  load?: Pick<Load, "target" | "generator">;
  /** The last one goes on. */
  parts: { intake: Intake; plan: Plan; recent: Recent }[];
  usage?: Usage;
  marks: Mark[];
  end?: End;
}

/** What became of a run: it has a result as soon as something was sent. */
interface End {
  result?: Result;
  folder?: string;
  failure?: Failure;
}

/** Milliseconds between two looks at the deployment while nothing is answered. */
const LOOK_EVERY = 5000;

/** What the page shows and does: one run at a time, and the number of replicas. */
export class Session {
  readonly settings: Context["settings"];
  readonly options: OptionValues;
  run: Run | undefined;
  deployment: Deployment | undefined;
  scaling: { text: string; busy: boolean; failure?: Failure } = { text: "", busy: false };
  /** Since when every request fails, in milliseconds since 1970. */
  silent: number | undefined;
  #busy = false;
  #sent: Promise<void> | undefined;
  #scaled: Promise<void> | undefined;
  #looked = 0;
  #cut: Failure | undefined;

  constructor({ settings, options }: Context) {
    this.settings = settings;
    this.options = options;
  }

  /** Starts a run. Throws a Failure (locked) where one goes on, here or in another process. */
  async start(form: Form, options: OptionValues): Promise<void> {
    if (this.#busy)
      throw new Failure("a load is running already, started on this page", { code: EXIT.locked });
    this.#busy = true;
    const free = () => void (this.#busy = false);
    try {
      const lock = await holdLock(`${this.settings.name}/load`, "load-ui");
      const run: Run = { form, stop: new AbortController(), parts: [], marks: [] };
      this.run = run;
      const over = async () => {
        await lock[Symbol.asyncDispose]();
        free();
        await this.look();
      };
      this.#sent = this.#send(run, options).then(over);
    } catch (error) {
      free();
      throw error;
    }
  }

  async #send(run: Run, options: OptionValues): Promise<void> {
    run.end = await interruptible(run.stop.signal, async () => {
      const end: End = {};
      try {
        const { done, ...sent } = await runLoad(
          "load",
          { settings: this.settings, options },
          audienceOf(run),
        );
        Object.assign(end, sent);
        printResult(sent.result, false);
        requireResult(sent.result);
        done(sent.result.headline);
      } catch (error) {
        end.failure = toFailure(error);
      }
      return end;
    });
  }

  /** Ends the run that goes on, if one does, with its report. */
  stop(): void {
    this.run?.stop.abort(new Failure("it was stopped on the page"));
  }

  /** Changes the number of replicas as `make scale` does. Throws a Failure where it cannot begin. */
  async scale(given: string): Promise<void> {
    const replicas = readOption("replicas", given) as number;
    if (this.scaling.busy) throw new Failure("it is being scaled already", { code: EXIT.locked });
    this.scaling = { text: "", busy: true };
    try {
      const lock = await holdLock(this.settings.name, "load-ui");
      this.#scaled = this.#change(replicas, lock);
    } catch (error) {
      this.scaling = { text: "", busy: false };
      throw error;
    }
  }

  async #change(replicas: number, lock: AsyncDisposable): Promise<void> {
    await using _held = lock;
    try {
      await changeReplicas(this.settings, this.options, replicas, (title) => {
        this.scaling.text = title;
        this.#mark(`scaling to ${replicas}`);
        return within((text) => (this.scaling.text = `Scaling to ${replicas}: ${text}`));
      });
      this.#mark(`${replicas} ${replicas === 1 ? "replica serves" : "replicas serve"}`);
      this.scaling = { text: `Scaled to ${replicas}.`, busy: false };
    } catch (error) {
      const failure = toFailure(error);
      if (interruption.aborted) this.#cut = failure;
      this.#mark("not scaled");
      this.scaling = { text: "", busy: false, failure };
    }
    await this.look();
  }

  #mark(text: string): void {
    if (this.run?.parts.length && !this.run.end) this.run.marks.push({ at: now(), text });
  }

  /** Whether a load goes on. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Looks what is deployed. */
  async look(): Promise<void> {
    this.#looked = now();
    this.deployment = await lookAt(this.settings, this.options);
  }

  /** Once a second: notices when nothing is answered any more, and looks why. */
  tick(time: number): void {
    const { run } = this;
    const recent = run?.end ? undefined : run?.parts.at(-1)?.recent.now(time)?.all;
    const fails = recent !== undefined && recent.requests === recent.failed;
    this.silent = fails ? (this.silent ?? time) : undefined;
    if (fails && time - this.#looked > LOOK_EVERY) void this.look();
  }

  /** Waits until what goes on has ended, after an interruption. Returns why the verb fails; undefined if it does not. */
  async settled(): Promise<Failure | undefined> {
    await Promise.all([this.#sent, this.#scaled]);
    const { end, stop } = this.run ?? {};
    return this.#cut ?? (end?.failure === stop?.signal.reason ? undefined : end?.failure);
  }
}

const audienceOf = (run: Run): Audience => ({
  begin: (load) => (run.load = load),
  part: (intake, plan) => void run.parts.push({ intake, plan, recent: new Recent() }),
  sample: (sample) => run.parts.at(-1)?.recent.add(sample),
  usage: (usage) => (run.usage = usage),
  marks: () => run.marks,
});

async function lookAt(settings: Context["settings"], options: OptionValues): Promise<Deployment> {
  try {
    const orchestrator = await choose(options);
    const { url, replicas } = await requireDeployed(orchestrator, settings);
    return { url, replicas, platform: orchestrator.platform };
  } catch (error) {
    const { message, details } = toFailure(error);
    return { problem: message, ...(details.hint && { hint: details.hint }) };
  }
}
