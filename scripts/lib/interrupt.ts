import { ps } from "zx/core";
import { Failure } from "./failure.ts";

const controller = new AbortController();

/** Aborted by the first Ctrl-C, TERM or HUP, with a Failure as its reason. */
export const interruption = controller.signal;

/**
 * From now on the first signal ends the commands that this process started and makes its waits throw, so that
 * the verb can clean up and report; a second one ends the process at once, as if nothing had been installed.
 */
export function catchSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      if (!interruption.aborted) controller.abort(new Failure(`interrupted by ${signal}`));
      void endChildren();
    });
  }
}

/** zx leaves a command's own children running when it is aborted, so the whole tree is told. */
async function endChildren(): Promise<void> {
  for (const { pid } of await ps.tree({ pid: process.pid, recursive: true })) {
    try {
      process.kill(Number(pid), "SIGTERM");
    } catch {
      // Ended by itself, or is another user's (sudo), whom the terminal has told.
    }
  }
}
