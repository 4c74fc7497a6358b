import { createInterface } from "node:readline/promises";
import { EXIT, Failure } from "./failure.ts";

/**
 * Asks on the terminal, and goes on at a yes. Throws a usage Failure with the hint where there is no terminal, and a
 * Failure (refused) at any other answer.
 */
export async function confirm(question: string, hint: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new Failure(`there is no terminal to ask on: ${question}`, { code: EXIT.usage, hint });
  }
  using terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer))
    throw new Failure("not confirmed, nothing was changed", { code: EXIT.refused });
}
