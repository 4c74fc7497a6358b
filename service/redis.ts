/** Opens the connection to Redis, offers it as `app.redis` and `app.redisLink`, closes it with the app. */
import fastifyRedis from "@fastify/redis";
import type { FastifyInstance } from "fastify";
import type { Config } from "./config.ts";
import { createRedisClient } from "./redis-clients.ts";
import { RedisLink } from "./redis-link.ts";

declare module "fastify" {
  interface FastifyInstance {
    redisLink: RedisLink;
  }
}

/**
 * Registers Redis and starts to connect, without waiting for it: the service also starts while Redis is away.
 *
 * @fastify/redis holds the boot back until its client is `ready`, and fails it after 10 s. It asks for the
 * status once, while it registers, so a client that nobody uses yet says `ready` for just that moment.
 */
export async function openRedis(app: FastifyInstance, config: Config): Promise<void> {
  const linked = createRedisClient(config.redisUrl, config.redisAccess);
  const { redis: client } = linked;
  const link = new RedisLink(linked, app.log, config.redisWait);
  app.decorate("redisLink", link);
  // Runs after the last request was answered, so no command is cut off.
  app.addHook("onClose", async () => link.close());

  client.status = "ready";
  await app.register(fastifyRedis, { client });
  client.status = "wait";
  client.connect().catch(() => {
    // The link hears of it by the client's `error` event, and the client tries again by itself.
  });
}
