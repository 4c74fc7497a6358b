import type { RedisMode } from "../run/values.ts";
import { lookAtExternal } from "./redis/external.ts";
import { type Ask, lookAtCluster, lookAtEach, lookAtReplicas, type RedisState } from "./redis/state.ts";

/** A way to run Redis. Its manifests are deploy/swarm/redis/<mode>.yaml and deploy/k3s/redis/<mode>/. */
export interface Mode {
  /** What it is, in a few words. */
  what: string;
  /** What whoever deploys it has to know, if it is not what one would expect of a counter. */
  warning?: string;
  /** Where the counter finds it; empty if the settings say so. */
  url: string;
  /** The parts that hold data, each with a name that the others and the counter reach it by. */
  servers: readonly string[];
  /** How many there are of each of those. */
  instances: number;
  /** The parts that watch over those. */
  sentinels: readonly string[];
  /** Files of deploy/redis/ that it takes in. */
  files: readonly string[];
  /** GiB of memory that a machine has for it and the rest. */
  memory: number;
  /** Settings of Redis that decide what a fault costs. */
  settings: readonly string[];
  /** The same of its Sentinels. */
  sentinelSettings?: readonly string[];
  /** Whether a write can wait for a replica: of a Redis that is run elsewhere, that is tried. */
  waits: boolean;
  /** Finds out how it is. */
  look: (ask: Ask, mode: Mode) => Promise<RedisState>;
}

const DURABLE = ["appendonly", "appendfsync"] as const;
const REPLICATED = [...DURABLE, "min-replicas-to-write", "min-replicas-max-lag"] as const;

/** One row a mode; everything else that differs between them is in their manifests. */
export const MODES: Record<RedisMode, Mode> = {
  single: {
    what: "one Redis on one volume",
    url: "redis://redis:6379",
    servers: ["redis"],
    instances: 1,
    sentinels: [],
    files: ["redis.conf"],
    memory: 1,
    settings: DURABLE,
    waits: false,
    look: lookAtEach,
  },
  independent: {
    what: "three Redis that know nothing of each other",
    warning:
      "they are not synchronised: what one counts, the others do not, and each request may reach another",
    url: "redis://redis-any:6379",
    servers: ["redis-any"],
    instances: 3,
    sentinels: [],
    files: ["redis.conf"],
    memory: 1,
    settings: DURABLE,
    waits: false,
    look: lookAtEach,
  },
  sentinel: {
    what: "a master and two replicas, watched by three Sentinels",
    url: "redis+sentinel://sentinel-1,sentinel-2,sentinel-3/counter",
    servers: ["redis-1", "redis-2", "redis-3"],
    instances: 1,
    sentinels: ["sentinel-1", "sentinel-2", "sentinel-3"],
    files: [
      "redis.conf",
      "replicated.conf",
      "replicated.sh",
      "sentinel.conf",
      "sentinel.sh",
      "others.sh",
      "no-names.pl",
    ],
    memory: 1.5,
    settings: REPLICATED,
    sentinelSettings: ["down-after-milliseconds"],
    waits: true,
    look: lookAtReplicas,
  },
  cluster: {
    what: "a Redis Cluster of three masters, each with a replica",
    url: "redis+cluster://node-1,node-2,node-3,node-4,node-5,node-6",
    servers: ["node-1", "node-2", "node-3", "node-4", "node-5", "node-6"],
    instances: 1,
    sentinels: [],
    files: ["redis.conf", "cluster.conf", "cluster.sh", "no-names.pl"],
    memory: 1.5,
    settings: [...REPLICATED, "cluster-node-timeout"],
    waits: true,
    look: lookAtCluster,
  },
  external: {
    what: "a Redis that is run elsewhere",
    url: "",
    servers: [],
    instances: 1,
    sentinels: [],
    files: [],
    memory: 1,
    settings: [],
    waits: true,
    look: lookAtExternal,
  },
};

/** The parts whose logs SERVICE names. */
export function partsOf(service: string, mode: RedisMode): readonly string[] {
  if (service === "redis") return MODES[mode].servers;
  if (service === "sentinel") return MODES[mode].sentinels;
  return [service];
}
