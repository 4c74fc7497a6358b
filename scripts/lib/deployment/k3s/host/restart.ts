import { privilegeProblem } from "../../../host/facts.ts";
import type { Settings } from "../../../run/settings.ts";
import { until } from "../../../run/wait.ts";
import { list, type Node, readyIn } from "../state.ts";
import { answers } from "./install.ts";
import { isRunning, logHint, restart } from "./process.ts";

/** Why k3s cannot be restarted from here; undefined if it can. */
export async function restartProblem(): Promise<string | undefined> {
  const problem = await privilegeProblem();
  if (problem || (await isRunning())) return problem;
  return "k3s is neither systemd's nor the kit's own process";
}

/** Restarts k3s, which pods outlive, and waits until it answers, and its kubelet has said that it is ready again. */
export async function restartEngine({ deadlines }: Settings): Promise<void> {
  const from = Date.now();
  await restart();
  const wait = { what: "k3s does not answer", deadline: deadlines.start, hint: logHint() };
  await until(wait, async () => (await answers()) && (await reported(from)));
}

/** Whether every node has been ready since then. On a full machine the API answers 20 s before the kubelet does. */
async function reported(since: number): Promise<boolean> {
  const nodes = await list<Node>("nodes");
  return nodes.every((node) => Date.parse(readyIn(node)?.lastHeartbeatTime ?? "") >= since);
}
