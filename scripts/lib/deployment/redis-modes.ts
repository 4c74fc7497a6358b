import type { RedisMode } from "../run/values.ts";

/** A way to run Redis. Its manifests are deploy/swarm/redis/<mode>.yaml and deploy/k3s/redis/<mode>/. */
interface Mode {
  /** What it is, in a few words. */
  what: string;
  /** What whoever deploys it has to know, if it is not what one would expect of a counter. */
  warning?: string;
  /** The parts that hold data, each with a name that the others and the counter reach it by. */
  servers: readonly string[];
  /** The parts that watch over those. */
  sentinels: readonly string[];
  /** Files of deploy/redis/ that it takes in. */
  files: readonly string[];
}

/** One row a mode; everything else that differs between them is in their manifests. */
export const MODES: Record<RedisMode, Mode> = {
  single: {
    what: "one Redis on one volume",
    servers: ["redis"],
    sentinels: [],
    files: ["redis.conf"],
  },
};

/** The parts whose logs SERVICE names. */
export function partsOf(service: string, mode: RedisMode): readonly string[] {
  if (service === "redis") return MODES[mode].servers;
  if (service === "sentinel") return MODES[mode].sentinels;
  return [service];
}
