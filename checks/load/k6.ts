// The load, sent by k6 (2.x), which runs TypeScript by itself. The plan comes in LOAD_PLAN; each request is a line on
// stdout, the same that the built-in generator writes. scripts/load.ts starts it.

import { sleep } from "k6";
import http from "k6/http";
import type { Options } from "k6/options";
import { pickRoute, type Plan, type RouteName, ROUTES, thinkTime } from "./profiles.ts";
import { endingLine, faultOf, sampleLine, valueIn } from "./samples.ts";

const plan = JSON.parse(__ENV["LOAD_PLAN"] ?? "") as Plan;
const [timeout, inTime] = [`${plan.timeout}s`, `${plan.timeout + 1}s`];
const stages = plan.stages.map(({ seconds, target }) => ({
  duration: `${Math.round(seconds * 1000)}ms`,
  target: Math.round(target),
}));

export const options: Options = {
  scenarios: {
    load:
      plan.model === "open"
        ? {
            executor: "ramping-arrival-rate",
            startRate: Math.round(plan.from),
            timeUnit: "1s",
            // All of them before it begins: one that is made meanwhile costs time in which others are dropped.
            preAllocatedVUs: plan.most,
            maxVUs: plan.most,
            stages,
            gracefulStop: inTime,
          }
        : {
            executor: "ramping-vus",
            startVUs: plan.from,
            stages,
            gracefulStop: inTime,
            gracefulRampDown: inTime,
          },
  },
  noConnectionReuse: plan.connections === "new",
  maxRedirects: 0,
  setupTimeout: inTime,
};

function send(route: RouteName) {
  const { method, path } = ROUTES[route];
  return http.request(method, plan.url + path, null, {
    timeout,
    tags: { name: route },
    responseType: "text",
  });
}

/** Fails when the target is not the counter. */
export function setup(): void {
  const { status, body, headers } = send("read");
  if (status === 200 && valueIn(body) !== undefined && headers["X-Served-By"]) return;
  throw new Error(`${plan.url} is not the counter: it answered ${status}`);
}

/** Each user has this module to itself. */
let opened = !plan.pageFirst;

export default function request(): void {
  const route = opened ? pickRoute(plan.weights, Math.random()) : "page";
  opened = true;
  const at = Date.now();
  const { status, body, headers, error, timings } = send(route);
  // k6's "blocked" has connecting in it, and its "duration" has neither. A request that fails has no times at all.
  const latency = status === 0 ? Date.now() - at : timings.blocked + timings.duration;
  const value = route === "page" ? undefined : valueIn(body);
  const fault = faultOf(route, status, value, headers["Content-Type"] ?? "");
  console.log(
    sampleLine({
      at,
      route,
      status,
      latency: latency * 1000,
      blocked: timings.blocked * 1000,
      connect: timings.connecting * 1000,
      replica: headers["X-Served-By"] ?? "",
      value,
      error: status === 0 ? error || "no answer" : fault,
      size: Number(headers["Content-Length"] ?? (typeof body === "string" ? body.length : 0)),
    }),
  );
  const think = thinkTime(plan.think, Math.random());
  if (think > 0) sleep(think);
}

interface Summary {
  metrics: Record<string, { values: Record<string, number> } | undefined>;
}

/** The last line, in place of k6's own summary. */
export function handleSummary({ metrics }: Summary): Record<string, string> {
  const dropped = metrics["dropped_iterations"]?.values["count"] ?? 0;
  return { stdout: `${endingLine({ dropped })}\n` };
}
