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
  scaled: "counter-deploy/scaled",
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
  lastHeartbeatTime?: string;
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
  kind: string;
  metadata: Metadata;
  spec: { nodeName?: string; containers: { image: string }[] };
  status: {
    phase?: string;
    /** Why it was evicted, for one. */
    message?: string;
    conditions?: Condition[];
    containerStatuses?: {
      restartCount: number;
      containerID?: string;
      /** Whether its startup probe has passed. */
      started?: boolean;
      state: { waiting?: { reason?: string; message?: string }; running?: { startedAt: string } };
      lastState?: { terminated?: { reason?: string; exitCode: number } };
    }[];
  };
}

export interface Node {
  status: { conditions: Condition[] };
}

export interface KubernetesService {
  kind: string;
  metadata: Metadata;
  spec: { type: string; clusterIP: string; ports: { port: number }[]; selector?: Record<string, string> };
  status: { loadBalancer: { ingress?: unknown[] } };
}

/** Cores of a quantity like "2", "0.5" or "500m"; 0 where there is none. */
export const coresOf = (quantity = "0") =>
  quantity.endsWith("m") ? Number.parseFloat(quantity) / 1000 : Number(quantity);

/** Bytes of a quantity like "38Mi", "1Gi" or "1024"; 0 where there is none. */
export function bytesOf(quantity = "0"): number {
  const power = ["Ki", "Mi", "Gi"].indexOf(quantity.slice(-2)) + 1;
  return Number.parseFloat(quantity) * 1024 ** power;
}

const PART = "app.kubernetes.io/component";
const OURS = "app.kubernetes.io/name=counter";

/** Objects of a kind; the flags say which, as kubectl takes them. */
export async function list<T>(kind: string, flags: string[] = []): Promise<T[]> {
  const { stdout } = await $`kubectl get ${kind} ${flags} --output json`;
  return (JSON.parse(stdout) as { items: T[] }).items;
}

/** Flags that select the objects of the deployment. */
export const ours = (settings: Settings) => ["--namespace", settings.name, "--selector", OURS];

/** What there is of the deployment. */
export interface Objects {
  /** The parts by their name as kubectl takes it, like `deployment/app`. */
  workloads: Map<string, Workload>;
  pods: Pod[];
  services: KubernetesService[];
}

/** Asks for all of it at once: each start of kubectl takes longer than its question. */
export async function objects(settings: Settings): Promise<Objects> {
  const kinds = "deployments,statefulsets,pods,services";
  const all = await list<Workload | Pod | KubernetesService>(kinds, ours(settings));
  const isPod = (one: (typeof all)[number]): one is Pod => one.kind === "Pod";
  const isService = (one: (typeof all)[number]): one is KubernetesService => one.kind === "Service";
  const rest = all.filter((one): one is Workload => !isPod(one) && !isService(one));
  return {
    workloads: new Map(rest.map((one) => [`${one.kind.toLowerCase()}/${one.metadata.name}`, one])),
    pods: all.filter(isPod),
    services: all.filter(isService),
  };
}

export const pods = (settings: Settings) => list<Pod>("pods", ours(settings));

/** The part that a pod belongs to, as in `app`. */
export const partOf = ({ metadata }: Pod | Workload) => metadata.labels?.[PART] ?? "";

/** Selects the pods behind a Service, as kubectl takes it. */
export const selectorOf = ({ spec: { selector = {} } }: KubernetesService) =>
  Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

/** The pods behind a Service, in the order of their names; none where there is no such Service. */
export function podsBehind({ services, pods: all }: Objects, name: string): Pod[] {
  const { selector } = services.find(({ metadata }) => metadata.name === name)?.spec ?? {};
  if (!selector) return [];
  const found = all.filter(({ metadata: { labels = {} } }) =>
    Object.entries(selector).every(([key, value]) => labels[key] === value),
  );
  return found.toSorted((one, other) => one.metadata.name.localeCompare(other.metadata.name));
}

/** The condition that says that a node or pod is ready; undefined where none does. */
export const readyIn = ({ status: { conditions = [] } }: Node | Pod) =>
  conditions.find(({ type, status }) => type === "Ready" && status === "True");

export const isReady = (pod: Pod) => !pod.metadata.deletionTimestamp && readyIn(pod) !== undefined;

export const restartsOf = ({ status }: Pod) =>
  (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
