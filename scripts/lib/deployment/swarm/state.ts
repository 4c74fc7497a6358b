import { $ } from "zx/core";

/** A Swarm service, as far as the kit reads `docker service inspect`. */
export interface SwarmService {
  ID: string;
  UpdatedAt: string;
  Spec: {
    Name: string;
    Labels: Record<string, string>;
    TaskTemplate: { ContainerSpec: { Image: string } };
    Mode: { Replicated: { Replicas: number } };
    EndpointSpec?: { Ports?: { PublishedPort: number }[] };
  };
  UpdateStatus?: { State: string; StartedAt: string; Message: string };
}

/** A row of `docker service ps`. */
export interface SwarmTask {
  ID: string;
  Name: string;
  Image: string;
  DesiredState: string;
  /** As in "Running 5 minutes ago"; a task is "Starting" until its healthcheck has passed. */
  CurrentState: string;
  Error: string;
}

/** The services of a stack, keyed by their names without the stack's. */
export async function services(stack: string): Promise<Map<string, SwarmService>> {
  const ids = await $`docker service ls --quiet --filter label=com.docker.stack.namespace=${stack}`;
  const list = ids.stdout.split("\n").filter(Boolean);
  if (list.length === 0) return new Map();
  const { stdout } = await $`docker service inspect ${list}`;
  const found = JSON.parse(stdout) as SwarmService[];
  return new Map(found.map((service) => [service.Spec.Name.slice(stack.length + 1), service]));
}

/** The tasks that the engine still knows of a service, the newest of each slot first. */
export async function tasks(service: SwarmService): Promise<SwarmTask[]> {
  const { stdout } = await $`docker service ps --no-trunc --format '{{json .}}' ${service.ID}`;
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as SwarmTask);
}

/** The image that a service's tasks shall run. */
export const imageOf = (service: SwarmService) => service.Spec.TaskTemplate.ContainerSpec.Image;

/** Whether a task runs and is healthy. */
export const isRunning = (task: SwarmTask) => task.CurrentState.startsWith("Running");

/** Whether a task ended by itself, and not because it was replaced. */
export const hasEnded = (task: SwarmTask) => /^(Failed|Rejected|Complete)/.test(task.CurrentState);

/** How far a service is from what its specification says. */
export interface Progress {
  wanted: number;
  ready: number;
  /** Tasks of before that still run: they are draining. */
  leaving: number;
}

/** Counts the tasks of a service that run as its specification says. */
export async function progressOf(service: SwarmService): Promise<Progress> {
  const running = (await tasks(service)).filter(isRunning);
  const ready = running.filter((task) => task.DesiredState === "Running" && task.Image === imageOf(service));
  return {
    wanted: service.Spec.Mode.Replicated.Replicas,
    ready: ready.length,
    leaving: running.length - ready.length,
  };
}
