import { chalk } from "zx/core";
import { EXIT, type ExitCode, Failure } from "./failure.ts";
import { catchSignals } from "./interrupt.ts";
import { holdLock } from "./lock.ts";
import { ignoredVariables, type OptionValues, readOptions, usage, type VerbSpec } from "./options.ts";
import { readSettings, type Settings } from "./settings.ts";
import { setUpShell, toFailure } from "./shell.ts";

export interface Context {
  settings: Settings;
  options: OptionValues;
}

interface Verb extends VerbSpec {
  /** Changes the deployment: refused while another such run works on the same one. */
  exclusive?: boolean;
  /** Ctrl-C is how it ends, and no failure of its own: what it throws then is told as it is. */
  untilInterrupted?: boolean;
  /** Asked after a failure: what serves now, for the message. */
  serving?: (context: Context) => Promise<string | undefined>;
}

/**
 * Runs a verb: usage, options, settings, lock, signals, and the error message at the end.
 * Returns the exit code for the process; never throws.
 */
export async function verb(spec: Verb, main: (context: Context) => Promise<void>): Promise<ExitCode> {
  const argv = process.argv.slice(2);
  chooseColours();
  if (argv.includes("--help") || argv.includes("-h")) {
    process.stdout.write(`${usage(spec)}\n`);
    return EXIT.done;
  }
  const lost = watchOutput();
  let context: Context | undefined;
  try {
    const options = readOptions(spec, argv, process.env);
    const settings = readSettings(options);
    context = { settings, options };
    for (const name of ignoredVariables(spec, process.env))
      process.stderr.write(
        `note: ${name} is exported, and ignored; to set it: make ${spec.name} ${name}=...\n`,
      );
    catchSignals();
    setUpShell();
    await using _lock = spec.exclusive ? await holdLock(settings.name, spec.name) : undefined;
    await main(context);
    if (lost.error) throw new Failure(`the result cannot be printed: ${lost.error.message}`);
    return EXIT.done;
  } catch (error) {
    const failure = spec.untilInterrupted && error instanceof Failure ? error : toFailure(error);
    const serving =
      failure.details.serving ?? (context && (await spec.serving?.(context).catch(() => undefined)));
    report(failure, serving, error);
    return failure.code;
  }
}

/**
 * Lets a run go on when nobody reads what it prints any more: a pipe whose reader has ended (EPIPE) or a terminal that
 * is gone (EIO) decides nothing about a deployment. Returns what else kept a result from being printed.
 */
function watchOutput(): { error?: Error } {
  const lost: { error?: Error } = {};
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") lost.error ??= error;
  });
  process.stderr.on("error", () => {});
  return lost;
}

/** Colours are for a terminal that shows them, and messages go to stderr, wherever stdout goes. */
function chooseColours(): void {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR || (!process.stderr.isTTY && !FORCE_COLOR)) chalk.level = 0;
  else chalk.level ||= 1;
}

function report(failure: Failure, serving: string | undefined, error: unknown): void {
  const { command, hint, lines = [] } = failure.details;
  const rows = { step: failure.step, command, serving, hint };
  const text = [
    `${chalk.red("error:")} ${failure.message}`,
    ...Object.entries(rows).flatMap(([name, value]) => (value ? [`  ${name.padEnd(8)} ${value}`] : [])),
    ...lines.map((line) => `  | ${line}`),
  ];
  process.stderr.write(`${text.join("\n")}\n`);
  if (process.env["DEBUG"] === "1") console.error(error);
}
