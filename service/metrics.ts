/** Prometheus metrics: what is measured on every request, and the second server that shows it. */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

const labelNames = ["route", "method", "status"] as const;

declare module "fastify" {
  interface FastifyInstance {
    metrics: Registry;
  }
}

/** Counts and times every request of the app, and offers the registry as `app.metrics`. Needs `app.redisLink`. */
export function measure(app: FastifyInstance): void {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "http_requests_total",
    help: "Answered requests.",
    labelNames,
    registers,
  });
  const duration = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the request's head to the end of its answer.",
    labelNames,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const collect = (): void => redisUp.set(app.redisLink.up ? 1 : 0);
  const redisUp: Gauge = new Gauge({
    name: "redis_up",
    help: "1 while connected to Redis, else 0.",
    registers,
    collect,
  });

  // Looking up a labelled metric hashes its labels; remembering the few there are halves the cost.
  const series = new Map<string, { count(): void; time(seconds: number): void }>();
  app.addHook("onResponse", (request, reply, done) => {
    const key = `${request.method} ${reply.statusCode} ${request.routeOptions.url}`;
    let one = series.get(key);
    if (!one) {
      const labels = labelsOf(request, reply);
      const [counter, histogram] = [requests.labels(labels), duration.labels(labels)];
      one = { count: () => counter.inc(), time: (seconds) => histogram.observe(seconds) };
      series.set(key, one);
    }
    one.count();
    one.time(reply.elapsedTime / 1000);
    done();
  });
  app.decorate("metrics", registry);
}

/** Labels take few values: the route's pattern instead of the URL, and one name for all unknown paths. */
function labelsOf(request: FastifyRequest, reply: FastifyReply) {
  return { route: request.routeOptions.url ?? "unmatched", method: request.method, status: reply.statusCode };
}

/** Builds the server for the scraper, with the one route GET /metrics. It listens on a port of its own. */
export function buildMetricsApp(registry: Registry): FastifyInstance {
  const app = fastify();
  app.get("/metrics", async (_request, reply) => {
    reply.type(registry.contentType);
    return registry.metrics();
  });
  return app;
}
