import type { Outcome, Report } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import type { RedisMode } from "../../run/values.ts";
import { until } from "../../run/wait.ts";
import type { Orchestrator } from "../orchestrator.ts";
import { MODES } from "../redis-modes.ts";
import { refusing } from "./count.ts";
import { EXTERNAL, runExternal } from "./external.ts";
import type { Ask, RedisState } from "./state.ts";

/** Who is asked of a deployment's Redis; an external one from a container of this version of the counter. */
export function askOf(orchestrator: Orchestrator, settings: Settings, version: string): Ask {
  return async (part, command) => {
    if (part !== EXTERNAL) return orchestrator.askRedis(settings, part, command);
    // A client of its own finds the node of a cluster, with no need to be told.
    const words = command.filter((word) => word !== "-c");
    const answer = runExternal(settings, `${settings.image}:${version}`, words);
    return answer.then(
      (text) => [text],
      () => [],
    );
  };
}

/** The parts that hold data, as `askOf` takes them. */
export const serversOf = (mode: RedisMode): readonly string[] =>
  mode === EXTERNAL ? [EXTERNAL] : MODES[mode].servers;

/** How the Redis of a deployment are, as far as they run on this host. */
export async function lookAtRedis(
  orchestrator: Orchestrator,
  settings: Settings,
  mode: RedisMode,
  version: string,
): Promise<RedisState> {
  // Told for one run only: the counter has its URL, and this run has not.
  if (mode === EXTERNAL && settings.external.url === "") return { servers: [], problems: [] };
  const ask = askOf(orchestrator, settings, version);
  const [{ servers, problems }, stopped] = await Promise.all([
    MODES[mode].look(ask, MODES[mode]),
    refusing(ask, mode),
  ]);
  return { servers, problems: [...stopped.map(stoppedText), ...problems] };
}

const stoppedText = (name: string) =>
  `${name} refuses writes since a change of the mode that did not end: a deployment lets it take them again`;

/** Waits until nothing is missing of Redis. The counter needs no more than a master, and may serve before. */
export async function whole(
  orchestrator: Orchestrator,
  settings: Settings,
  mode: RedisMode,
  version: string,
  report: Report,
): Promise<Outcome> {
  let seen = "";
  const wait = { what: "Redis is not whole", deadline: settings.deadlines.converge, seen: () => seen };
  await until({ ...wait, hint: "make logs SERVICE=redis" }, async () => {
    report((seen = (await lookAtRedis(orchestrator, settings, mode, version)).problems.join("; ")));
    return seen === "";
  });
  return { note: MODES[mode].what };
}
