import { until } from "../run/wait.ts";
import type { Settings } from "../run/settings.ts";
import { verify } from "./front-door.ts";
import type { Deployed, Orchestrator } from "./orchestrator.ts";

/**
 * Waits until what was deployed is well again: as many replicas as there shall be, as many containers of each part as
 * there were, and all replicas answer through the front door and reach Redis. Throws a Failure at the deadline.
 */
export async function awaitWell(
  orchestrator: Orchestrator,
  settings: Settings,
  { version, replicas, url }: Deployed,
  containers: Record<string, number>,
): Promise<void> {
  let seen = "";
  const wait = { what: "the counter is not well again", deadline: settings.deadlines.converge };
  await until({ ...wait, seen: () => seen, hint: "make status" }, async () => {
    const { running = 0 } = (await orchestrator.observe(settings)) ?? {};
    seen = running === replicas ? "" : `${running} of ${replicas} replicas`;
    for (const [part, wanted] of Object.entries(containers)) {
      const { length } = await orchestrator.containersOf(settings, part);
      if (length !== wanted) seen = `${length} of ${wanted} containers of ${part}`;
    }
    return seen === "";
  });
  await verify(url, { version, replicas }, settings.deadlines.converge);
}
