import t from "tap";
import { doorOf, redisVersion } from "./subject-facts.ts";

const snapshot = (...names: string[]) => ({
  parts: Object.fromEntries(names.map((name) => [name, { definition: {} }])),
  processes: [],
});

t.test("what stands in front of the replicas is told by the parts, and on k3s by its address", async (t) => {
  t.equal(doorOf("swarm", {}, snapshot("app", "redis", "proxy")), "proxy");
  t.equal(doorOf("swarm", {}, snapshot("app", "redis")), "mesh");
  t.equal(doorOf("k3s", {}, snapshot("app", "redis")), "load balancer");
  t.equal(doorOf("k3s", { notice: "(no load balancer)" }, snapshot("app")), "the Service's own address");
});

t.test("Redis and Valkey say their versions", async (t) => {
  t.equal(redisVersion("# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n"), "redis 7.0.15");
  t.equal(
    redisVersion("# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.1.0\r\n"),
    "valkey 9.1.0",
  );
  t.equal(redisVersion(), "unknown");
});
