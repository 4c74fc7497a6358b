import { $ } from "zx/core";
import type { Change, Part, PartState, Snapshot } from "../orchestrator.ts";
import type { Outcome } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import {
  hasEnded,
  imageOf,
  isRunning,
  replicasOf,
  type SwarmService,
  type SwarmTask,
  services,
  tasks,
  tasksOf,
} from "./state.ts";

/** After so many ends of each replica, a first deployment will not come up by itself. */
const MAX_ENDS = 3;
const LOG_LINES = 15;
/** Tasks that an engine brings back come one by one. An update is watched by Swarm itself (update_config.monitor). */
const STEADY_MS = 4000;

/** What the engine was told of the stack. */
export async function snapshot(settings: Settings): Promise<Snapshot> {
  const stack = await services(settings.name);
  return {
    parts: Object.fromEntries([...stack].map(([name, { Spec }]) => [name, partOf(Spec)])),
    processes: (await tasks(stack.values())).map((task) => task.ID),
  };
}

const partOf = (Spec: SwarmService["Spec"]): Part => ({ definition: Spec, template: Spec.TaskTemplate });

/** How far the services of the stack are. */
export async function states(settings: Settings, change: Change, undone = false): Promise<PartState[]> {
  const stack = await services(settings.name);
  const all = await tasks(stack.values());
  return [...stack].map(([name, service]) => stateOf(name, service, tasksOf(service, all), change, undone));
}

function stateOf(
  name: string,
  service: SwarmService,
  all: SwarmTask[],
  { replaced, undoable }: Change,
  undone: boolean,
): PartState {
  const { State = "", Message = "" } = service.UpdateStatus ?? {};
  const running = all.filter(isRunning);
  const ready = running.filter((task) => task.DesiredState === "Running" && task.Image === imageOf(service));
  const wanted = replicasOf(service.Spec);
  // Swarm keeps the word of an update that ended; only what this change replaced must come to such a word.
  const updated = replaced.includes(name) && undoable.includes(name);
  // What was undone may have ended as an update, by which crowded slots were merged.
  const ended = undone ? /^(rollback_)?completed$/ : /^completed$/;
  const settled = updated ? ended.test(State) : State !== "updating";
  const state = {
    name,
    wanted,
    ready: ready.length,
    // When Swarm has completed an update, the last old tasks only finish what they have begun: nothing new reaches them.
    leaving: updated && !undone && settled ? 0 : running.length - ready.length,
    settled,
    steadyMs: updated ? 0 : STEADY_MS,
  };
  if (undone || !replaced.includes(name)) return state;
  const failure = updated ? refusal(State, Message) : tooManyEnds(service, all, wanted);
  return failure ? { ...state, failure } : state;
}

const refusal = (state: string, message: string) =>
  /^(paused|rollback)/.test(state) ? `Swarm gave the update up: ${message}` : undefined;

function tooManyEnds({ Spec }: SwarmService, all: SwarmTask[], wanted: number): string | undefined {
  const ended = all.filter(hasEnded).length;
  return ended >= MAX_ENDS * wanted
    ? `${Spec.Name} does not stay up: its tasks ended ${ended} times`
    : undefined;
}

/**
 * Makes slots hold one task again. Tried with Docker 20.10: an engine that stops in the middle of a start-first update
 * can come back with two tasks in one slot, and leaves them there; and one whose new tasks end as it gives an update up
 * may start two in the place of one. An update that changes nothing ends that.
 */
export async function mergeSlots(settings: Settings, parts: string[]): Promise<Outcome> {
  for (const part of parts) await $`docker service update --detach --force ${settings.name}_${part}`;
  return { changed: true, note: parts.join(", ") };
}

/**
 * Starts the proxy's task again, where there is one. Docker's own proxy for its port ends when it runs out of files (tried:
 * some 3,000 idle connections to 127.0.0.1), the task stays healthy, and nothing else brings the port back.
 */
export async function restartDoor(settings: Settings): Promise<Outcome> {
  const proxy = (await services(settings.name)).get("proxy");
  if (!proxy) return { changed: false, note: "it is Swarm's routing mesh" };
  await $`docker service update --detach --force ${proxy.Spec.Name}`;
  return { changed: true, note: "it did not answer" };
}

/** Asks for what was there before a change, unless Swarm is at it already, and removes the services that there were not. */
export async function undo(settings: Settings, { undoable, created, before }: Change): Promise<void> {
  const stack = await services(settings.name);
  const made = created.flatMap((part) => stack.get(part)?.Spec.Name ?? []);
  // First: one of them may have the port that another had before.
  if (made.length > 0) await $`docker service rm ${made}`;
  for (const part of undoable) {
    const { UpdateStatus, Spec } = stack.get(part)!;
    if (!UpdateStatus?.State.startsWith("rollback")) await $`docker service rollback --detach ${Spec.Name}`;
  }
  // A rollback goes back by one update, and scaling may have been several.
  const now = await services(settings.name);
  for (const part of undoable) {
    const { Spec } = now.get(part)!;
    const replicas = replicasOf(before.parts[part]!.definition as SwarmService["Spec"]);
    if (replicasOf(Spec) !== replicas)
      await $`docker service update --detach --replicas ${replicas} ${Spec.Name}`;
  }
}

/** Why tasks do not run: the engine's words, and the last lines of the log of the newest that failed. */
export async function diagnose(settings: Settings, known: string[]): Promise<string[]> {
  const all = await tasks((await services(settings.name)).values());
  const failing = all.filter((task) => task.Error && !isRunning(task) && !known.includes(task.ID));
  const [newest] = failing;
  if (!newest) return [];
  const words = new Set(failing.map((task) => `${task.Name}: ${task.Error}`));
  const log = $({ nothrow: true, timeout: "10s" });
  const { stdout, stderr } = await log`docker service logs --raw --tail ${LOG_LINES} ${newest.ID}`;
  return [...[...words].slice(0, LOG_LINES), ...`${stdout}${stderr}`.split("\n").filter(Boolean)];
}
