/** The counter: four routes on one Redis key. */
import type { Result } from "ioredis";
import type { FastifyInstance } from "fastify";
import { ApiError } from "./errors.ts";
import { limitedLog } from "./limited-log.ts";
import { type RedisLink, RedisUnavailable } from "./redis-link.ts";

/** Where the value is kept. */
export const COUNTER_KEY = "counter:value";

/**
 * Adds ARGV[1] to KEYS[1] within 0 and 2^53 - 1, and returns the value, or a word for why it could not.
 * Redis runs a script as one step, so parallel decrements cannot pass the floor.
 *
 * Lua counts in doubles, exact up to 2^53, so larger values are refused before they are compared. The value
 * goes back as text: the decoder of ioredis 6.0.0 rounds integer replies within 50 of 2^53 wrongly.
 */
const ADD = `
local stored = redis.pcall("GET", KEYS[1]) or "0"
if type(stored) == "table" then return "corrupt" end
if stored ~= "0" and not string.match(stored, "^[1-9]%d*$") then return "corrupt" end
if #stored > 16 or tonumber(stored) > 9007199254740991 then return "corrupt" end

local sum = tonumber(stored) + tonumber(ARGV[1])
if sum < 0 then return "0" end
if sum > 9007199254740991 then return "overflow" end
redis.call("INCRBY", KEYS[1], ARGV[1])
return string.format("%.0f", sum)
`;

declare module "ioredis" {
  interface RedisCommander<Context> {
    /** Runs `ADD`. */
    counterAdd(key: string, delta: number): Result<string, Context>;
  }
}

const response = { 200: { type: "object", properties: { value: { type: "integer" } } } };

/** Fastify plugin: the routes under /api/counter. Needs `app.redisLink`. */
export async function counterRoutes(app: FastifyInstance): Promise<void> {
  app.redis.defineCommand("counterAdd", { numberOfKeys: 1, lua: ADD });
  const routes = { schema: { response } };
  app.get("/api/counter", routes, async () => ({ value: await read(app) }));
  app.post("/api/counter/increment", routes, async () => ({ value: await add(app, 1) }));
  app.post("/api/counter/decrement", routes, async () => ({ value: await add(app, -1) }));
  const note = limitedLog(app.log);
  app.post("/api/counter/reset", routes, async ({ ip: peer }) => {
    // Before Redis has it: a reset that ends in a 503 may have been done.
    note({ peer }, "reset");
    return { value: await reset(app) };
  });
}

/** @throws {ApiError} 500 when the key holds no count, 503 when Redis is away */
async function read({ redisLink }: FastifyInstance): Promise<number> {
  try {
    const stored = await redisLink.run((redis) => redis.get(COUNTER_KEY));
    return toCount(stored ?? "0", redisLink);
  } catch (error) {
    if (error instanceof RedisUnavailable && error.code === "WRONGTYPE") return toCount("", redisLink);
    throw error;
  }
}

/** @throws {ApiError} 409 above 2^53 - 1, 500 when the key holds no count, 503 when Redis is away, or replicas it waits for */
async function add({ redisLink }: FastifyInstance, delta: 1 | -1): Promise<number> {
  const sum = await redisLink.write((redis) => redis.counterAdd(COUNTER_KEY, delta));
  if (sum === "overflow") throw new ApiError(409, "The counter is at its largest value, 2^53 - 1");
  return toCount(sum, redisLink);
}

/** Starts again at zero, whatever the key holds: the way out of a corrupt key. */
async function reset({ redisLink }: FastifyInstance): Promise<number> {
  await redisLink.write((redis) => redis.set(COUNTER_KEY, 0));
  return 0;
}

/** Reads a count; never guesses. @throws {ApiError} 500 when the text is anything else, which is also logged */
function toCount(text: string, redisLink: RedisLink): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 0 && String(count) === text) return count;
  const message = `Redis key ${COUNTER_KEY} does not hold a count; a reset starts it at zero`;
  redisLink.report("corrupt counter", message);
  throw new ApiError(500, message);
}
