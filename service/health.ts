/** Probes, and who answers. */
import type { FastifyInstance } from "fastify";
import type { Config } from "./config.ts";

/**
 * Fastify plugin: /livez, /readyz, /startupz and /version. Needs `app.redisLink` and `app.lifecycle`.
 *
 * - /livez: this process answers. Redis plays no part, or its outage would get every replica killed.
 * - /readyz: send requests here: Redis serves them. Proxies match on the words, so they stay as they are.
 * - /startupz: Redis has answered once. Gates a rollout, and stays 200 when Redis goes away later.
 */
export async function healthRoutes(app: FastifyInstance, { config }: { config: Config }): Promise<void> {
  const { version, replica, redisMode: redis } = config;
  app.get("/livez", async () => ({ status: "alive" }));

  app.get("/readyz", async (_request, reply) => {
    if (app.lifecycle.draining) return reply.code(503).send({ status: "draining" });
    if (await app.redisLink.serves()) return { status: "ready" };
    return reply.code(503).send({ status: "redis unavailable" });
  });

  app.get("/startupz", async (_request, reply) => {
    if (app.redisLink.everUp) return { status: "started" };
    return reply.code(503).send({ status: "waiting for redis" });
  });

  app.get("/version", async () => ({ version, replica, redis, uptime: process.uptime() }));
}
