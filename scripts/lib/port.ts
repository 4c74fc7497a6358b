import { $ } from "zx/core";
import { listener } from "./host.ts";
import type { Settings } from "./settings.ts";

/** Why the front door cannot have its port; undefined if it can. */
export async function portProblem({ port, name }: Settings): Promise<string | undefined> {
  const holder = await portHolder(port, name);
  return holder && `port ${port} is held by ${holder}: stop it, or choose another with PORT=`;
}

/**
 * Who else holds a TCP port of this host: a Swarm service, a container or a process, in words; undefined if nobody
 * does, or only the stack itself. Swarm would take an ingress port over from a process without a word (moby#40065).
 */
async function portHolder(port: number, stack: string): Promise<string | undefined> {
  const service = await servicePublishing(port);
  if (service) return service.startsWith(`${stack}_`) ? undefined : `the Swarm service ${service}`;
  const format = '{{.Names}}\t{{.Label "com.docker.stack.namespace"}}';
  const { stdout } = await $({ nothrow: true })`docker ps --filter publish=${port} --format ${format}`;
  const [name, owner] = stdout.split("\n")[0]?.split("\t") ?? [];
  if (name) return owner === stack ? undefined : `the container ${name}`;
  const process = await listener(port);
  // The engine's own, for a task of this stack that is on its way up or down.
  return process?.startsWith("docker") ? undefined : process;
}

async function servicePublishing(port: number): Promise<string | undefined> {
  const { stdout } = await $({ nothrow: true })`docker service ls --format '{{.Name}}\t{{.Ports}}'`;
  const row = stdout.split("\n").find((line) => line.includes(`:${port}->`));
  return row?.split("\t")[0];
}
