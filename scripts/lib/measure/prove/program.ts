import type { Outcome, Progress } from "../../run/progress.ts";
import { lookAtHardening } from "../hardening/look.ts";
import type { Act } from "./acts.ts";
import { CONTROLS } from "./controls.ts";
import { noteOf } from "./judge.ts";
import { type Load, play } from "./play.ts";
import type { Gathered } from "./result.ts";
import type { Stage } from "./stage.ts";

/** Plays the acts, looks at the hardening and runs the controls, and gathers what comes of each as it ends. */
export async function playAll(
  { step }: Progress,
  stage: Omit<Stage, "report">,
  load: Load,
  acts: Act[],
  gathered: Gathered,
): Promise<void> {
  for (const act of acts)
    await step<Outcome>(act.name, async (report) => {
      const played = await play(act, { ...stage, report }, load);
      gathered.acts.push(played);
      return { note: noteOf(played) };
    });
  await step<Outcome>("Hardening", async (report) => {
    gathered.hardening = await lookAtHardening({ ...stage, report });
    const met = gathered.hardening.filter((one) => one.met).length;
    return { note: `${met} of ${gathered.hardening.length} met` };
  });
  for (const { name, does, run } of CONTROLS)
    await step<Outcome>(`Control: ${name}`, async (report) => {
      const came = await run({ ...stage, report }, load);
      gathered.controls.push({ name, does, ...came });
      return { note: `${came.caught ? "seen" : "NOT SEEN"}: ${came.seen}` };
    });
}
