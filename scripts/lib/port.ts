import { existsSync } from "node:fs";
import { $ } from "zx/core";
import { listener } from "./host.ts";
import { loadBalancersOn } from "./k3s/front-door.ts";
import type { Settings } from "./settings.ts";
import { KUBECONFIG } from "./shell.ts";

/** Why the front door of a deployment on that orchestrator cannot have its port; undefined if it can. */
export async function portProblem(
  { port, name }: Settings,
  orchestrator: "swarm" | "k3s",
): Promise<string | undefined> {
  const balancers = existsSync(KUBECONFIG) ? await loadBalancersOn(port) : [];
  const own = orchestrator === "k3s" ? `${name}/app` : "";
  const other = balancers.find((one) => one !== own);
  const holder =
    (await swarmHolder(port, orchestrator === "swarm" ? name : undefined)) ??
    (other && `the load balancer of ${other} on k3s`) ??
    // ServiceLB shows no listening socket (k3s#2403); other load balancers may.
    (balancers.includes(own) ? undefined : await processOn(port));
  return holder && `port ${port} is held by ${holder}: stop it, or choose another with PORT=`;
}

/**
 * The Swarm service or container that holds a TCP port of this host, in words; undefined if none does, or only the
 * stack itself. Swarm would take an ingress port over from a process without a word (moby#40065).
 */
async function swarmHolder(port: number, stack: string | undefined): Promise<string | undefined> {
  const service = await servicePublishing(port);
  if (service) return stack && service.startsWith(`${stack}_`) ? undefined : `the Swarm service ${service}`;
  const format = '{{.Names}}\t{{.Label "com.docker.stack.namespace"}}';
  const { stdout } = await $({ nothrow: true })`docker ps --filter publish=${port} --format ${format}`;
  const [name, owner] = stdout.split("\n")[0]?.split("\t") ?? [];
  return name && owner !== stack ? `the container ${name}` : undefined;
}

async function servicePublishing(port: number): Promise<string | undefined> {
  const { stdout } = await $({ nothrow: true })`docker service ls --format '{{.Name}}\t{{.Ports}}'`;
  const row = stdout.split("\n").find((line) => line.includes(`:${port}->`));
  return row?.split("\t")[0];
}

async function processOn(port: number): Promise<string | undefined> {
  const process = await listener(port);
  // The engine's own, for a task of this stack that is on its way up or down.
  return process?.startsWith("docker") ? undefined : process;
}
