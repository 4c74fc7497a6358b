import { $ } from "zx/core";
import type { Publisher } from "../orchestrator.ts";

/**
 * The Swarm service or container that publishes a TCP port of this host; undefined if none does. Swarm would take an
 * ingress port over from a process without a word (moby#40065).
 */
export async function publisherOf(port: number): Promise<Publisher | undefined> {
  const service = await serviceOn(port);
  if (service) return { deployment: service.split("_")[0]!, text: `the Swarm service ${service}` };
  const format = '{{.Names}}\t{{.Label "com.docker.stack.namespace"}}';
  const { stdout } = await $({ nothrow: true })`docker ps --filter publish=${port} --format ${format}`;
  const [name, stack = ""] = stdout.split("\n")[0]?.split("\t") ?? [];
  return name ? { deployment: stack, text: `the container ${name}` } : undefined;
}

async function serviceOn(port: number): Promise<string | undefined> {
  const { stdout } = await $({ nothrow: true })`docker service ls --format '{{.Name}}\t{{.Ports}}'`;
  const row = stdout.split("\n").find((line) => line.includes(`:${port}->`));
  return row?.split("\t")[0];
}
