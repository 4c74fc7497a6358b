import { $ } from "zx/core";

/** A Swarm service, as far as the kit reads `docker service inspect`. */
export interface SwarmService {
  ID: string;
  Spec: {
    Name: string;
    Labels: Record<string, string>;
    TaskTemplate: { ContainerSpec: { Image: string }; Resources?: { Limits?: { NanoCPUs?: number } } };
    Mode: { Replicated: { Replicas: number } };
    EndpointSpec?: { Ports?: { PublishedPort: number }[] };
  };
  UpdateStatus?: { State: string; Message: string };
}

/** How many tasks a service shall have. */
export const replicasOf = ({ Mode }: SwarmService["Spec"]): number => Mode.Replicated.Replicas;

/** A row of `docker service ps`. */
export interface SwarmTask {
  ID: string;
  Name: string;
  Image: string;
  DesiredState: string;
  /** As in "Running 5 minutes ago"; a task is "Starting" until its healthcheck has passed. */
  CurrentState: string;
  Error: string;
  Node: string;
}

/** The services of a stack, keyed by their names without the stack's. */
export async function services(stack: string): Promise<Map<string, SwarmService>> {
  const ids = await $`docker service ls --quiet --filter label=com.docker.stack.namespace=${stack}`;
  const list = ids.stdout.split("\n").filter(Boolean);
  if (list.length === 0) return new Map();
  // Without a format, the user's configuration of the client may name one.
  const { stdout } = await $`docker service inspect --format ${"{{json .}}"} ${list}`;
  const found = linesOf<SwarmService>(stdout);
  return new Map(found.map((service) => [service.Spec.Name.slice(stack.length + 1), service]));
}

/** The tasks that the engine still knows of some services, the newest of each slot first. */
export async function tasks(of: Iterable<SwarmService>): Promise<SwarmTask[]> {
  const ids = [...of].map(({ ID }) => ID);
  if (ids.length === 0) return [];
  const { stdout } = await $`docker service ps --no-trunc --format '{{json .}}' ${ids}`;
  return linesOf<SwarmTask>(stdout);
}

/** Objects that stand in a line each. */
const linesOf = <T>(text: string): T[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);

/** Those of one service: its name, a dot and the slot. */
export const tasksOf = ({ Spec }: SwarmService, all: SwarmTask[]): SwarmTask[] =>
  all.filter(({ Name }) => Name.slice(0, Name.lastIndexOf(".")) === Spec.Name);

/** The image that a service's tasks shall run. */
export const imageOf = (service: SwarmService) => service.Spec.TaskTemplate.ContainerSpec.Image;

/** Whether a task runs and is healthy. */
export const isRunning = (task: SwarmTask) => task.CurrentState.startsWith("Running");

/** Whether a task ended by itself, and not because it was replaced. */
export const hasEnded = (task: SwarmTask) => /^(Failed|Rejected|Complete)/.test(task.CurrentState);
