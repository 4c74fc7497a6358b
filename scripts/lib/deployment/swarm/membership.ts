import { $ } from "zx/core";
import type { Settings } from "../../run/settings.ts";
import type { Neighbour } from "../orchestrator.ts";
import { engineInfo } from "../../host/docker.ts";
import type { Outcome } from "../../run/progress.ts";
import { until } from "../../run/wait.ts";

/** Label on the node of a swarm that the kit made, so that a purge leaves that one and no other. */
const OURS = "counter-deploy.initialised";

/** Initialises Swarm unless this host manages one already. */
export async function ensureSwarm(advertise: string): Promise<Outcome> {
  if ((await engineInfo())?.Swarm.ControlAvailable) return { changed: false };
  await $`docker swarm init --advertise-addr ${advertise}`;
  const node = (await $`docker node inspect self --format '{{.ID}}'`).stdout.trim();
  await $`docker node update --label-add ${OURS}=true ${node}`;
  return { changed: true, note: `initialised on ${advertise}` };
}

/** The stacks of the swarm but this one, and the services that are in none. */
export async function neighbours({ name }: Settings): Promise<Neighbour[]> {
  const ids = await $({ nothrow: true })`docker service ls --quiet`;
  const list = ids.stdout.split("\n").filter(Boolean);
  if (list.length === 0) return [];
  const { stdout } =
    await $`docker service inspect --format ${"{{.Spec.Name}} {{json .Spec.Labels}}"} ${list}`;
  const found = new Map<string, boolean>();
  for (const line of stdout.split("\n").filter(Boolean)) {
    const [service = "", labels = "{}"] = line.split(/ (.*)/s);
    const its = JSON.parse(labels) as Record<string, string>;
    const stack = its["com.docker.stack.namespace"] ?? service;
    const ours = its["counter-deploy.version"] !== undefined;
    if (stack !== name) found.set(stack, ours || (found.get(stack) ?? false));
  }
  return [...found].map(([stack, ours]) => ({ name: stack, ours }));
}

/** Leaves the swarm if the kit made it, and removes the bridge that Swarm leaves behind. */
export async function leaveSwarm(): Promise<Outcome> {
  const mine = await $({
    nothrow: true,
  })`docker node inspect self --format ${`{{index .Spec.Labels "${OURS}"}}`}`;
  if (mine.stdout.trim() !== "true") return { changed: false, note: "it was not made by this kit" };
  await $`docker swarm leave --force`;
  await until({ what: "the swarm's bridge is still in use", deadline: 30 }, async () => {
    return (await $({ nothrow: true })`docker network rm docker_gwbridge`).ok;
  });
  return { changed: true };
}
