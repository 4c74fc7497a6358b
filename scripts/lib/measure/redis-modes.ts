import type { RedisName } from "../deployment/redis-parts.ts";

/** What KILL names. */
export type Victim = "redis" | "app" | "proxy";

/** What is measured of a way to run Redis, and what it promises. */
export interface MeasuredMode {
  /** The parts of the deployment that a word of KILL means. */
  victims: Partial<Record<Victim, readonly string[]>>;
  /** Settings of Redis that decide what a fault costs. */
  settings: readonly string[];
  /** Seconds after which writes are back, as a median, when Redis was killed. */
  back: number;
  /** Whether an acknowledged increment outlives its Redis. */
  keeps: boolean;
  /** Whether there is one count for all. */
  consistent: boolean;
}

/** A row a mode; all else is the same for each. */
export const MEASURED = {
  single: {
    victims: { redis: ["redis"], app: ["app"], proxy: ["proxy"] },
    settings: ["appendonly", "appendfsync"],
    back: 2,
    keeps: true,
    consistent: true,
  },
} as const satisfies Record<RedisName, MeasuredMode>;
