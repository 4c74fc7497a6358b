/** Builds the Fastify app from a configuration. Knows nothing of the process it runs in. */
import fastify, { type FastifyInstance, LogController } from "fastify";
import type { Config } from "./config.ts";
import { counterRoutes } from "./counter.ts";
import { answerError, answerUnmatched, ApiError } from "./errors.ts";
import { healthRoutes } from "./health.ts";
import { measure } from "./metrics.ts";
import { refuseOtherSites } from "./other-sites.ts";
import { pageRoutes } from "./page.ts";
import { openRedis } from "./redis.ts";
import { refuseTunnels } from "./tunnels.ts";
import { limitWaiting } from "./waiting-clients.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** Set `draining` to say goodbye to clients: not ready, and every answer closes its connection. */
    lifecycle: { draining: boolean };
  }
}

/**
 * Builds the app; it does not listen yet. Redis may be away.
 * @throws when the page's files cannot be read
 */
export async function buildApp(config: Config): Promise<FastifyInstance> {
  const headers = commonHeaders(config);
  const app = fastify({
    logger: loggerOptions(config),
    logController: new LogController({ disableRequestLogging: true }),
    return503OnClosing: false,
    bodyLimit: 1024,
    requestTimeout: 10_000,
    // A client that does not get on with its headers keeps no connection for long.
    http: { headersTimeout: 5000, connectionsCheckingInterval: 1000 },
    // For URLs that cannot be parsed: no hook runs then.
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply.headers(headers)),
  });
  limitWaiting(app.server);
  refuseTunnels(app.server, headers);
  app.decorate("lifecycle", { draining: false });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerUnmatched);
  acceptBodies(app);
  setHeaders(app, headers);
  refuseOtherSites(app);
  await openRedis(app, config);
  measure(app);
  await app.register(counterRoutes);
  await app.register(healthRoutes, { config });
  await app.register(pageRoutes);
  return app;
}

/** One JSON object per line on stdout, naming the replica that wrote it. */
function loggerOptions({ logLevel, replica, version }: Config) {
  return {
    level: logLevel,
    base: { replica, version },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
}

/** No route reads a body. An empty one is fine with any content type, as clients send it; another must be JSON. */
function acceptBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (request, body, done) => {
    if (body === "") return done(null);
    const json = request.headers["content-type"]?.startsWith("application/json");
    if (!json) return done(new ApiError(415, "Send JSON, or no body"));
    return parseJson(request, body as string, done);
  });
}

/** Headers of every answer. What does not say otherwise is never stored by caches. */
function commonHeaders({ replica, version, redisMode }: Config) {
  return {
    "x-served-by": replica,
    "x-app-version": version,
    "x-redis-mode": redisMode,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  };
}

function setHeaders(app: FastifyInstance, headers: Record<string, string>): void {
  app.addHook("onRequest", (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (app.lifecycle.draining) reply.header("connection", "close");
    done(null, payload);
  });
}
