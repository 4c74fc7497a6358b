/**
 * A program beside the server: runs one command on the Redis that the server would use, found and entered as the server
 * does it, and prints the answer as redis-cli does to a pipe: an item of a list a line, and an empty line for what is not
 * there. For whoever deploys it.
 *
 *   REDIS_URL=... node ask-redis.mjs get counter:value
 *
 * Exits with 1 and the reason when Redis is not reached or refuses, and with 2 when the environment is wrong.
 */
import { once } from "node:events";
import { ConfigError, readConfig } from "./config.ts";
import { createRedisClient } from "./redis-clients.ts";

/** How long Redis may take to be found, in milliseconds. */
const DEADLINE_MS = 5000;

/** As the client gives it. */
type Answer = string | number | null | Answer[];

const [command = "ping", ...words] = process.argv.slice(2);
try {
  const { redisUrl, redisAccess } = readConfig(process.env);
  const { redis, probe } = createRedisClient(redisUrl, redisAccess);
  let reason = `no answer within ${DEADLINE_MS / 1000} s`;
  // Only the message: the error object of a failed AUTH holds the password among its arguments.
  redis.on("error", (error: Error) => (reason = error.message));
  redis.connect().catch(() => {});
  await once(redis, "ready", { signal: AbortSignal.timeout(DEADLINE_MS) }).catch(() => {
    throw new Error(reason);
  });
  await probe?.(redis);
  const answer = (await redis.call(command, ...words)) as Answer;
  process.stdout.write(`${textOf(answer)}\n`);
  redis.disconnect();
} catch (error) {
  const problems = error instanceof ConfigError ? error.problems : [(error as Error).message];
  for (const problem of problems) console.error(problem);
  process.exit(error instanceof ConfigError ? 2 : 1);
}

function textOf(answer: Answer): string {
  return Array.isArray(answer) ? answer.map(textOf).join("\n") : String(answer ?? "");
}
