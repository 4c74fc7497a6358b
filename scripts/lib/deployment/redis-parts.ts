/** The parts that hold data, by the way in which Redis runs. */
export const REDIS_PARTS = { single: ["redis"] } as const satisfies Record<string, readonly string[]>;

export type RedisName = keyof typeof REDIS_PARTS;

/** How Redis runs where nothing else can be said. */
export const REDIS_MODE: RedisName = "single";
