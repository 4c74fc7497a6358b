import { privilegeProblem } from "../../../host/facts.ts";
import type { Settings } from "../../../run/settings.ts";
import { until } from "../../../run/wait.ts";
import { answers } from "./install.ts";
import { isRunning, logHint, restart } from "./process.ts";

/** Why k3s cannot be restarted from here; undefined if it can. */
export async function restartProblem(): Promise<string | undefined> {
  const problem = await privilegeProblem();
  if (problem || (await isRunning())) return problem;
  return "k3s is neither systemd's nor the kit's own process";
}

/** Restarts k3s, which pods outlive, and waits until it answers. */
export async function restartEngine({ deadlines }: Settings): Promise<void> {
  await restart();
  await until({ what: "k3s does not answer", deadline: deadlines.start, hint: logHint() }, answers);
}
