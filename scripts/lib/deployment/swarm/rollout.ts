import { $ } from "zx/core";
import { Failure } from "../../run/failure.ts";
import type { Change, Part, Snapshot } from "../orchestrator.ts";
import type { Settings } from "../../run/settings.ts";
import { hasEnded, isRunning, progressOf, type SwarmService, services, tasks } from "./state.ts";
import { until } from "../../run/wait.ts";

/** After so many ends of each replica, a first deployment will not come up by itself. */
const HOPELESS = 3;
const LOG_LINES = 15;
/** What was seen incomplete must stay complete so long: tasks that an engine brings back come one by one. */
const STEADY_MS = 4000;
/** Longer than the moments in which the tasks of a slot overlap. */
const CROWDED_MS = 10_000;

/** What the engine was told of the stack. */
export async function snapshot(settings: Settings): Promise<Snapshot> {
  const stack = await services(settings.name);
  return {
    parts: Object.fromEntries([...stack].map(([name, { Spec }]) => [name, partOf(Spec)])),
    processes: (await allTasks(stack)).map((task) => task.ID),
  };
}

const partOf = (Spec: SwarmService["Spec"]): Part => ({ definition: Spec, template: Spec.TaskTemplate });

/** Waits until the change is complete. Throws a Failure when Swarm gives up on it, or at the deadline. */
export async function converge(
  settings: Settings,
  change: Change,
  tell: (text: string) => void,
): Promise<void> {
  let seen = "";
  let unsteady = -Infinity;
  const thinOut = thinner();
  const wait = { what: "rollout not complete", deadline: settings.deadlines.converge, seen: () => seen };
  await until({ ...wait, hint: "make logs" }, async () => {
    const stack = await services(settings.name);
    for (const part of change.replaced) await refuseToHope(stack.get(part)!, change.undoable.includes(part));
    const { text, complete, crowded } = await lookAt(stack);
    tell((seen = text));
    await thinOut(crowded);
    const updating = change.replaced.some((part) =>
      isUpdating(stack.get(part)!, change.undoable.includes(part)),
    );
    if (!complete || updating) unsteady = performance.now();
    return performance.now() - unsteady > STEADY_MS;
  });
}

/**
 * Tried with Docker 20.10: an engine that stops in the middle of a start-first update can come back with two tasks in
 * one slot, and leaves them there. An update that changes nothing makes it one again.
 */
function thinner(): (crowded: string[]) => Promise<void> {
  let since = performance.now();
  return async (crowded) => {
    if (crowded.length === 0) since = performance.now();
    if (performance.now() - since < CROWDED_MS) return;
    for (const service of crowded) await $`docker service update --detach --force ${service}`;
    since = performance.now();
  };
}

interface View {
  text: string;
  complete: boolean;
  /** Services that have more tasks than they shall, and no update under way that would explain it. */
  crowded: string[];
}

async function lookAt(stack: Map<string, SwarmService>): Promise<View> {
  const parts = await Promise.all(
    [...stack].map(async ([part, service]) => {
      const updating = service.UpdateStatus?.State === "updating";
      return { part, name: service.Spec.Name, updating, ...(await progressOf(service)) };
    }),
  );
  const unfinished = parts.filter((p) => p.ready !== p.wanted || p.leaving > 0 || p.updating);
  const text = unfinished.map(
    (p) => `${p.part} ${p.ready}/${p.wanted} ready${p.leaving ? `, ${p.leaving} leaving` : ""}`,
  );
  const crowded = parts.filter((p) => p.ready > p.wanted && !p.updating).map((p) => p.name);
  return { text: text.join("; "), complete: unfinished.length === 0, crowded };
}

const isUpdating = (service: SwarmService, existed: boolean) =>
  existed && service.UpdateStatus?.State !== "completed";

async function refuseToHope(service: SwarmService, existed: boolean): Promise<void> {
  const { State = "", Message = "" } = service.UpdateStatus ?? {};
  if (existed && /^(paused|rollback)/.test(State)) throw new Failure(`Swarm gave the update up: ${Message}`);
  if (existed) return;
  const ended = (await tasks(service)).filter(hasEnded).length;
  const most = HOPELESS * service.Spec.Mode.Replicated.Replicas;
  if (ended >= most)
    throw new Failure(`${service.Spec.Name} does not stay up: its tasks ended ${ended} times`);
}

/** Takes a change back, unless Swarm is doing that already, and waits for what was there before. */
export async function undo(settings: Settings, change: Change): Promise<void> {
  const stack = await services(settings.name);
  for (const part of change.undoable) {
    const service = stack.get(part)!;
    if (!service.UpdateStatus?.State.startsWith("rollback"))
      await $`docker service rollback --detach ${service.Spec.Name}`;
  }
  const wait = {
    what: "the rollback is not complete",
    deadline: settings.deadlines.converge,
    despiteInterrupt: true,
  };
  await until(wait, async () => {
    const now = await services(settings.name);
    const replaced = change.replaced.filter((part) => change.undoable.includes(part));
    const back = replaced.every((part) => now.get(part)!.UpdateStatus?.State === "rollback_completed");
    return back && (await lookAt(now)).complete;
  });
}

/** Why tasks do not run: the engine's words, and the last lines of the log of the newest that failed. */
export async function diagnose(settings: Settings, known: string[]): Promise<string[]> {
  const all = await allTasks(await services(settings.name));
  const failing = all.filter((task) => task.Error && !isRunning(task) && !known.includes(task.ID));
  const [newest] = failing;
  if (!newest) return [];
  const words = new Set(failing.map((task) => `${task.Name}: ${task.Error}`));
  const log = $({ nothrow: true, timeout: "10s" });
  const { stdout, stderr } = await log`docker service logs --raw --tail ${LOG_LINES} ${newest.ID}`;
  return [...[...words].slice(0, LOG_LINES), ...`${stdout}${stderr}`.split("\n").filter(Boolean)];
}

const allTasks = async (stack: Map<string, SwarmService>) =>
  (await Promise.all([...stack.values()].map(tasks))).flat();
