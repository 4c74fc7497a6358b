import { $ } from "zx/core";
import { type Usage, usageOf } from "../../host/usage.ts";
import type { Settings } from "../../run/settings.ts";
import type { Instance } from "../orchestrator.ts";
import { hasEnded, isRunning, services, type SwarmTask, tasks } from "./state.ts";

/** A container, as far as the kit reads `docker inspect`. */
export interface SwarmContainer {
  Image: string;
  State: { Pid: number; StartedAt: string; Health?: { Status: string } };
  Config: { Labels: Record<string, string> };
}

/** The tasks of the stack that run or should run. */
export async function instances(settings: Settings): Promise<Instance[]> {
  const label = `label=com.docker.stack.namespace=${settings.name}`;
  const [stack, listed] = await Promise.all([
    services(settings.name),
    $`docker ps --quiet --no-trunc --filter ${label}`,
  ]);
  const [all, containers] = await Promise.all([
    tasks(stack.values()),
    inspect<SwarmContainer>(listed.stdout.split("\n").filter(Boolean)),
  ]);
  const images = await inspect<{ Id: string; RepoTags: string[] }>([
    ...new Set(containers.map(({ Image }) => Image)),
  ]);
  const tags = new Map(images.map(({ Id, RepoTags: [tag = ""] }) => [Id, tag.replace(/.*:/, "")]));
  const usage = await usageOf(containers.map(({ State }) => State.Pid));
  return instancesOf(settings.name, all, containers, { tags, usage });
}

/** What the engine has of some objects; one that is gone meanwhile is left out. */
async function inspect<T>(ids: string[]): Promise<T[]> {
  if (ids.length === 0) return [];
  return JSON.parse((await $({ nothrow: true })`docker inspect ${ids}`).stdout) as T[];
}

/** Puts together what the engine says of tasks, the newest of each slot first, and of containers. */
export function instancesOf(
  stack: string,
  all: SwarmTask[],
  containers: SwarmContainer[],
  { tags, usage }: { tags: Map<string, string>; usage: Map<number, Usage> },
): Instance[] {
  const byTask = new Map(containers.map((one) => [one.Config.Labels["com.docker.swarm.task.id"], one]));
  const wanted = all.filter(({ DesiredState }) => /^(Running|Ready)$/.test(DesiredState));
  const found = wanted.map((task): Instance => {
    const container = byTask.get(task.ID);
    const ended = all
      .filter(({ Name, Image }) => Name === task.Name && Image === task.Image)
      .filter(hasEnded);
    // Its own error, or why the one before it in its slot ended.
    const why = isRunning(task) ? "" : task.Error || ended[0]?.Error;
    const its = container && usage.get(container.State.Pid);
    return {
      name: task.Name.slice(stack.length + 1),
      state: stateOf(task, container),
      ...(why && { why }),
      version: (container && tags.get(container.Image)) ?? "",
      ...(container && { since: container.State.StartedAt }),
      restarts: ended.length,
      ...(its && { usage: its }),
      node: task.Node,
    };
  });
  return found.toSorted((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
}

function stateOf(task: SwarmTask, container: SwarmContainer | undefined): Instance["state"] {
  if (hasEnded(task)) return "failed";
  if (!isRunning(task)) return "starting";
  return container?.State.Health?.Status === "unhealthy" ? "unhealthy" : "running";
}
