import { chalk } from "zx/core";
import { heeded } from "./interrupt.ts";
import { toFailure } from "./shell.ts";

/** What a step did: `changed: false` reads "unchanged", and a step that only looks leaves it out. */
export interface Outcome {
  changed?: boolean;
  /** Stands behind the time. */
  note?: string;
}

/** Shows on a terminal how far a step is. */
export type Report = (text: string) => void;

/** A step that stands in a list: its name, and what it does. */
export type Step = readonly [name: string, action: (report: Report) => Promise<Outcome>];

export interface Progress {
  /** Runs a step and prints its line; `report` shows how far it is on a terminal. Returns what the action returned. */
  step: <T extends Outcome>(name: string, action: (report: Report) => Promise<T>) => Promise<T>;
  /** So many more steps come than were announced. */
  extend: (by: number) => void;
  /** Prints the closing line. */
  done: (result?: string) => void;
}

/** As much of a terminal as is used here. */
type Output = Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns">;

const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const NAME_WIDTH = 40;

/** Prints one line a step, with its time, to stderr. */
export function progress(title: string, total: number, out: Output = process.stderr): Progress {
  const start = performance.now();
  let count = 0;
  let last = total;
  const did = { changed: 0, unchanged: 0 };
  out.write(`${chalk.bold(`==> ${title}`)}\n`);

  async function step<T extends Outcome>(name: string, action: (report: Report) => Promise<T>): Promise<T> {
    heeded()?.throwIfAborted();
    const label = `[${++count}/${last}] ${name}`;
    const begun = performance.now();
    const spinner = spin(label, out);
    const print = (state: string, colour: (text: string) => string, note = "") => {
      spinner.stop();
      const time = `${seconds(begun)}s`.padStart(7);
      out.write(`${label.padEnd(NAME_WIDTH)} ${colour(state.padEnd(9))} ${time}${note && `  ${note}`}\n`);
    };
    try {
      const outcome = await action(spinner.report);
      if (outcome.changed !== undefined) did[outcome.changed ? "changed" : "unchanged"]++;
      print(outcome.changed === false ? "unchanged" : "ok", chalk.green, outcome.note);
      return outcome;
    } catch (error) {
      print("failed", chalk.red);
      const failure = toFailure(error);
      failure.step ??= label;
      throw failure;
    }
  }

  function done(result = ""): void {
    const what = did.unchanged > 0 && did.changed === 0 ? "Unchanged in " : "Done in ";
    out.write(`${what}${seconds(start)}s${result && `  ${result}`}\n`);
  }

  const extend = (by: number) => void (last += by);
  return { step, extend, done };
}

/** Steps of which only the caller's is shown. */
export const within = (report: Report): Progress => ({
  step: (name, action) => {
    heeded()?.throwIfAborted();
    report(name);
    return action((text) => report(`${name}  ${text}`));
  },
  extend: () => {},
  done: () => {},
});

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1);

/** A spinner on a terminal, silence elsewhere. */
function spin(label: string, out: Output) {
  if (!out.isTTY) return { report: () => {}, stop: () => {} };
  let text = "";
  let frame = 0;
  const draw = () => {
    const line = `${label.padEnd(NAME_WIDTH)} ${FRAMES[frame++ % FRAMES.length]} ${text}`;
    out.write(`\r\x1b[K${line.slice(0, out.columns - 1)}`);
  };
  const timer = setInterval(draw, 100);
  return {
    report: (now: string) => {
      text = now;
    },
    stop: () => {
      clearInterval(timer);
      out.write("\r\x1b[K");
    },
  };
}
