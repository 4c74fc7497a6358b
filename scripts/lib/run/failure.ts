/** Exit codes, the same for every verb; the README lists them. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  rolledBack: 4,
  timedOut: 5,
  locked: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface Details {
  /** The process's exit code; `EXIT.failed` if not given. */
  code?: ExitCode;
  /** What the user can do about it, one line. */
  hint?: string;
  /** The version that serves now, where the failed verb may have changed it. */
  serving?: string;
  /** The command that failed, as a user would type it. */
  command?: string;
  /** Further lines that explain it: a command's last stderr, a task's last logs, a list of problems. */
  lines?: string[];
  cause?: unknown;
}

/** An expected failure: shown as an error with its hint, without a stack trace, and ends the verb with its code. */
export class Failure extends Error {
  readonly details: Details;
  /** The line of the step it happened in, set by the progress display. */
  step?: string;

  constructor(message: string, details: Details = {}, step?: string) {
    super(message, { cause: details.cause });
    this.name = "Failure";
    this.details = details;
    if (step) this.step = step;
  }

  get code(): ExitCode {
    return this.details.code ?? EXIT.failed;
  }
}

/** Throws a Failure (refused) that names every problem; nothing has been changed then. */
export function refuse(problems: (string | undefined)[]): void {
  const [first, ...more] = problems.filter((problem) => problem !== undefined);
  if (!first) return;
  if (more.length === 0) throw new Failure(first, { code: EXIT.refused });
  throw new Failure(`there are ${more.length + 1} reasons against it`, {
    code: EXIT.refused,
    lines: [first, ...more],
  });
}
