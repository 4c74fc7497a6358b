import { AsyncLocalStorage } from "node:async_hooks";
import { readFileSync } from "node:fs";
import { Failure } from "./failure.ts";

const controller = new AbortController();

/** Aborted by the first Ctrl-C, TERM or HUP, with a Failure as its reason. */
export const interruption = controller.signal;

/** What may end the action that goes on now, and whether its steps and waits heed that. */
const scope = new AsyncLocalStorage<{ end: AbortSignal; heeds: boolean }>();

/** Aborted by an interruption of the process, or of that one action which goes on now; its reason is a Failure. */
export const ending = (): AbortSignal => scope.getStore()?.end ?? interruption;

/** Runs an action whose steps and waits go on although the run is interrupted: to put back what was changed. */
export const despiteInterrupt = <T>(action: () => Promise<T>): Promise<T> =>
  scope.run({ end: ending(), heeds: false }, action);

/** Runs an action that `stop`, aborted with a Failure, interrupts like a Ctrl-C that the process survives. */
export const interruptible = <T>(stop: AbortSignal, action: () => Promise<T>): Promise<T> =>
  scope.run({ end: AbortSignal.any([ending(), stop]), heeds: true }, action);

/** The interruption, where it ends what goes on now. */
export const heeded = (): AbortSignal | undefined =>
  (scope.getStore()?.heeds ?? true) ? ending() : undefined;

/**
 * From now on the first signal ends the commands that this process started and makes its waits throw, so that
 * the verb can clean up and report. A second Ctrl-C ends the process at once; a terminal that closes may send more
 * than one signal, and nobody is there to mean it. A hangup is ignored where whoever started the process ignores it.
 */
export function catchSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const interrupt = () => {
      if (signal === "SIGHUP" && process.env["HANGUP_IGNORED"]) return;
      if (interruption.aborted) return;
      controller.abort(new Failure(`interrupted by ${signal}`));
      endChildren(process.pid);
    };
    if (signal === "SIGINT") process.once(signal, interrupt);
    else process.on(signal, interrupt);
  }
}

/** zx leaves a command's own children running when it is aborted, so the whole tree is told. */
function endChildren(pid: number): void {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    for (const child of children.split(" ").filter(Boolean).map(Number)) {
      endChildren(child);
      process.kill(child, "SIGTERM");
    }
  } catch {
    // Ended by itself meanwhile, or is another user's (sudo), whom the terminal has told.
  }
}
