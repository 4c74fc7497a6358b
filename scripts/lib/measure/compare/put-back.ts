import { $ } from "zx/core";
import { despiteInterrupt } from "../../run/interrupt.ts";
import type { Outcome, Progress } from "../../run/progress.ts";
import { toFailure } from "../../run/shell.ts";
import { countAt, FEW, takeBack } from "../count.ts";
import { count } from "../load/tables.ts";
import type { Subject } from "./subject.ts";

/** Steps for each deployment. */
export const PUT_BACK_STEPS = 2;

/**
 * Puts the deployments back, and takes back what was counted, also after an interruption. Each is tried, whatever became
 * of the others; what failed is told. Returns what failed first; it throws nothing.
 */
export async function putBack(subjects: Subject[], { step }: Progress): Promise<unknown> {
  const failures: unknown[] = [];
  async function attempt(name: string, otherwise: string, action: () => Promise<Outcome>): Promise<void> {
    try {
      await step(name, action);
    } catch (error) {
      failures.push(error);
      process.stderr.write(`      ${otherwise}: ${toFailure(error).message}\n`);
    }
  }
  await despiteInterrupt(async () => {
    for (const subject of subjects) {
      const { name, before, restore } = subject;
      await attempt(`Put ${name} back`, `${name} is NOT as it was`, async () => {
        await restore();
        return { note: `replicas: ${before.replicas}` };
      });
      await attempt(`Take its increments back`, `the increments stay`, () => takenBack(subject));
    }
  });
  return failures[0];
}

async function takenBack({ url, counted }: Subject): Promise<Outcome> {
  const more = (await countAt(url)) - counted;
  if (more > FEW && !(await $({ nothrow: true })`command -v wrk`).ok)
    return { changed: false, note: `${count(more)} stay: to take back so many needs wrk` };
  await takeBack(url, counted);
  return { note: count(more) };
}
