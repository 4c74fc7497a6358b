import t from "tap";
import { buildMetricsApp } from "./metrics.ts";
import { noRedis, testRedis } from "./testing/redis.ts";
import { call, post, testApp } from "./testing/service.ts";
import { until } from "./testing/until.ts";

t.test("requests are counted and timed by route, method and status", { skip: noRedis }, async (t) => {
  const redis = await testRedis(t);
  const { app, url } = await testApp(t, redis.url);
  const metrics = buildMetricsApp(app.metrics);
  t.teardown(() => metrics.close());
  const read = async () => (await metrics.inject({ url: "/metrics" })).body;

  await post(url, "increment");
  await post(url, "increment");
  await call(url, "/nope/1");
  await call(url, "/nope/2");

  const unmatched = `http_requests_total{route="unmatched",method="GET",status="404"} 2`;
  const text = await until("all are counted", 1000, async () => (await read()).includes(unmatched) && read());
  const labels = `{route="/api/counter/increment",method="POST",status="200"}`;
  t.match(text, `http_requests_total${labels} 2`);
  t.match(text, `http_request_duration_seconds_count${labels} 2`);
  t.match(text, "process_cpu_user_seconds_total");
  t.match(text, /^redis_up 1$/m);

  await redis.kill();
  await until("redis_up is 0", 1000, async () => /^redis_up 0$/m.test(await read()));
});
