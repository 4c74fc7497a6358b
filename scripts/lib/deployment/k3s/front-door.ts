import { existsSync } from "node:fs";
import { urlOf } from "../front-door.ts";
import type { Publisher } from "../orchestrator.ts";
import type { Settings } from "../../run/settings.ts";
import { KUBECONFIG } from "../../run/shell.ts";
import { type KubernetesService, list, type Objects, objects } from "./state.ts";

/** The counter's Service; undefined before the first deployment. */
const doorOf = ({ services }: Objects) => services.find(({ metadata }) => metadata.name === "app");

const announced = ({ status }: KubernetesService) => (status.loadBalancer.ingress ?? []).length > 0;

/** Whether a load balancer has taken the Service's port on this host. */
export async function ingressOf(settings: Settings): Promise<boolean> {
  const found = doorOf(await objects(settings));
  return found !== undefined && announced(found);
}

/**
 * Where the counter answers on this host: at its port if there is a load balancer, as k3s' ServiceLB is one, and else
 * at the Service's own address, which only this host and the pods reach.
 */
export function frontDoor(settings: Settings, now: Objects): { port: number; url: string; notice?: string } {
  const found = doorOf(now);
  const port = found?.spec.ports[0]?.port ?? settings.port;
  if (!found || announced(found)) return { port, url: urlOf(port) };
  return {
    port,
    url: `http://${found.spec.clusterIP}:${port}`,
    notice: "(no load balancer: only this host reaches it; make forward opens it to others)",
  };
}

/** Whose Service takes the port on every address of this host; ServiceLB shows no listening socket (k3s#2403). */
export async function publisherOf(port: number): Promise<Publisher | undefined> {
  if (!existsSync(KUBECONFIG)) return undefined;
  const all = await list<KubernetesService>("services", ["--all-namespaces"]).catch(() => []);
  const found = all.find(
    ({ spec }) => spec.type === "LoadBalancer" && spec.ports.some((one) => one.port === port),
  );
  if (!found) return undefined;
  const { namespace, name } = found.metadata;
  return { deployment: namespace, text: `the load balancer of ${namespace}/${name} on k3s` };
}
