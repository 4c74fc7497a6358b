import { until } from "../run/wait.ts";
import type { Settings } from "../run/settings.ts";
import { difference } from "./change.ts";
import { unfinished } from "./converge.ts";
import type { Orchestrator } from "./orchestrator.ts";

/** Puts something back and waits until that is complete, also after Ctrl-C. Throws a Failure at the deadline. */
export async function settle(
  orchestrator: Orchestrator,
  settings: Settings,
  act: () => Promise<unknown>,
): Promise<void> {
  const start = await orchestrator.snapshot(settings);
  await act();
  const change = difference(start, await orchestrator.snapshot(settings));
  let left = "";
  const wait = { what: "the deployment is not as it was", deadline: settings.deadlines.converge };
  await until({ ...wait, hint: "make status", seen: () => left, despiteInterrupt: true }, async () => {
    left = unfinished(await orchestrator.states(settings, change));
    return left === "";
  });
}
