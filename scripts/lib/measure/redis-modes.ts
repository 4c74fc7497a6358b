import { MODES } from "../deployment/redis-modes.ts";
import type { RedisMode } from "../run/values.ts";

/** What KILL names; redis is the one with the count, and a replica one that follows it. */
export type Victim = "redis" | "app" | "proxy" | "replica" | "sentinel";

/** What is measured of a way to run Redis, and what it promises. */
export interface MeasuredMode {
  /** The parts of the deployment that a word of KILL means, or may mean: roles change. */
  victims: Partial<Record<Victim, readonly string[]>>;
  /** Seconds after which writes are back, as a median, when Redis was killed. */
  back: number;
  /** Whether an acknowledged increment outlives its Redis. */
  keeps: boolean;
  /** Whether there is one count for all. */
  consistent: boolean;
}

const DOORS = { app: ["app"], proxy: ["proxy"] } as const;

/** A row a mode; all else is the same for each. */
export const MEASURED = {
  single: {
    victims: { redis: ["redis"], ...DOORS },
    back: 2,
    keeps: true,
    consistent: true,
  },
  // What is lost is told by the one count that there is; here there is none.
  independent: { victims: {}, back: 2, keeps: false, consistent: false },
  sentinel: {
    victims: {
      redis: MODES.sentinel.servers,
      replica: MODES.sentinel.servers,
      sentinel: MODES.sentinel.sentinels,
      ...DOORS,
    },
    back: 5,
    keeps: false,
    consistent: true,
  },
  cluster: {
    victims: { redis: MODES.cluster.servers, replica: MODES.cluster.servers, ...DOORS },
    back: 5,
    keeps: false,
    consistent: true,
  },
  external: { victims: DOORS, back: 5, keeps: false, consistent: true },
} as const satisfies Record<RedisMode, MeasuredMode>;
