import { $ } from "zx/core";
import type { Settings } from "../../run/settings.ts";

/** Annotations that say what a deployment is. All but the settings are the pods' own, so that a rollback takes them along. */
export const NOTE = {
  version: "counter-deploy/version",
  previous: "counter-deploy/previous",
  since: "counter-deploy/since",
  redis: "counter-deploy/redis",
  redisWait: "counter-deploy/redis-wait",
  files: "counter-deploy/redis-files",
  replicas: "counter-deploy/replicas-setting",
  redisSetting: "counter-deploy/redis-setting",
  redisWaitSetting: "counter-deploy/redis-wait-setting",
};

export interface Metadata {
  name: string;
  namespace: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  deletionTimestamp?: string;
}

/** What the cluster says about an object. */
export interface Condition {
  type: string;
  status: string;
  message?: string;
}

/** A Deployment or StatefulSet, as far as the kit asks. */
export interface Workload {
  kind: string;
  metadata: Metadata;
  spec: {
    replicas: number;
    /** Of a StatefulSet. */
    volumeClaimTemplates?: { metadata: Metadata }[];
    template: {
      metadata: Metadata;
      spec: { containers: { name: string; resources?: { limits?: { cpu?: string } } }[] };
    };
  };
  status: {
    observedGeneration?: number;
    updatedReplicas?: number;
    conditions?: Condition[];
  };
}

export interface Pod {
  metadata: Metadata;
  status: {
    conditions?: Condition[];
    containerStatuses?: {
      restartCount: number;
      containerID?: string;
      state: { waiting?: { reason?: string; message?: string } };
    }[];
  };
}

export interface KubernetesService {
  metadata: Metadata;
  spec: { type: string; clusterIP: string; ports: { port: number }[]; selector?: Record<string, string> };
  status: { loadBalancer: { ingress?: unknown[] } };
}

/** Cores of a quantity like "2", "0.5" or "500m"; 0 where there is none. */
export const coresOf = (quantity = "0") =>
  quantity.endsWith("m") ? Number.parseFloat(quantity) / 1000 : Number(quantity);

const PART = "app.kubernetes.io/component";
const OURS = "app.kubernetes.io/name=counter";

/** Objects of a kind; the flags say which, as kubectl takes them. */
export async function list<T>(kind: string, flags: string[] = []): Promise<T[]> {
  const { stdout } = await $`kubectl get ${kind} ${flags} --output json`;
  return (JSON.parse(stdout) as { items: T[] }).items;
}

/** Flags that select the objects of the deployment. */
export const ours = (settings: Settings) => ["--namespace", settings.name, "--selector", OURS];

/** The parts of the deployment by their name as kubectl takes it, like `deployment/app`. */
export async function workloads(settings: Settings): Promise<Map<string, Workload>> {
  const found = await list<Workload>("deployments,statefulsets", ours(settings));
  return new Map(found.map((one) => [`${one.kind.toLowerCase()}/${one.metadata.name}`, one]));
}

export const pods = (settings: Settings) => list<Pod>("pods", ours(settings));

/** The part that a pod belongs to, as in `app`. */
export const partOf = ({ metadata }: Pod | Workload) => metadata.labels?.[PART] ?? "";

/** A Service of the deployment; undefined where there is none of the name. */
export async function serviceOf(settings: Settings, name: string): Promise<KubernetesService | undefined> {
  const which = ["--namespace", settings.name, "--field-selector", `metadata.name=${name}`];
  const [found] = await list<KubernetesService>("services", which);
  return found;
}

/** Selects the pods behind a Service, as kubectl takes it. */
export const selectorOf = ({ spec: { selector = {} } }: KubernetesService) =>
  Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

/** The pods behind a Service, in the order of their names; none where there is no such Service. */
export async function podsBehind(settings: Settings, name: string): Promise<Pod[]> {
  const service = await serviceOf(settings, name);
  if (!service) return [];
  const selected = ["--namespace", settings.name, "--selector", selectorOf(service)];
  const found = await list<Pod>("pods", selected);
  return found.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
}

export const isReady = ({ metadata, status }: Pod) =>
  !metadata.deletionTimestamp &&
  !!status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");

export const restartsOf = ({ status }: Pod) =>
  (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
