import { readFileSync } from "node:fs";
import t from "tap";
import { parse } from "yaml";
import { readSettings, type Settings } from "../../run/settings.ts";
import { ROOT } from "../../run/paths.ts";
import { checkRedisUrl } from "../../../../service/redis-clients.ts";
import { REDIS_MODES, type RedisMode } from "../../run/values.ts";
import { MODES } from "../redis-modes.ts";
import { redisFiles, stackVariables } from "./stack.ts";

const read = (name: string) => readFileSync(`${ROOT}deploy/swarm/${name}.yaml`, "utf8");
const texts = ["stack", "mesh", "proxy", "shared"].map(read);
const [stack, mesh, proxy] = texts.map((text) => parse(text, { merge: true }).services);
/** The parts of each mode. */
const parts = Object.fromEntries(
  REDIS_MODES.flatMap((mode) => {
    const { app: _, ...own } = parse(read(`redis/${mode}`), { merge: true }).services;
    return Object.entries<any>(own).map(([name, service]) => [`${mode}: ${name}`, service]);
  }),
);
const services = { app: stack.app, proxy: proxy.proxy, ...parts };

const settings = readSettings({});
const file = `${ROOT}package.json`;
/** Settings of an external Redis that needs all there is. */
const withFiles: Settings = {
  ...settings,
  external: {
    url: "rediss://redis",
    passwordFile: file,
    sentinelPasswordFile: file,
    caFile: file,
    certFile: file,
    keyFile: file,
  },
};

/** The variables that a mode's manifests ask for, and those that the script gives. */
async function variables(redis: RedisMode) {
  const base = { node: "n:1", redis: "r:1", proxy: "p:1" };
  const target = { version: "1", previous: "", since: "", replicas: 4, replicasSetting: 4, scaled: "", base };
  const mode = { redis, redisSetting: "single", redisWait: 0, redisWaitSetting: 0 };
  const given = Object.keys(await stackVariables(withFiles, { ...target, ...mode }));
  const asked = [...texts, ...redisFiles(withFiles, redis).map(read)].flatMap((text) =>
    [...text.matchAll(/(?<!\$)\$\{(\w+)\}/g)].map(([, name = ""]) => name),
  );
  return { given: new Set(given), asked: new Set(asked) };
}

t.test("the manifests ask for the variables that the script gives, and for no others", async (t) => {
  const all = { given: new Set<string>(), asked: new Set<string>() };
  for (const redis of REDIS_MODES) {
    const { given, asked } = await variables(redis);
    t.same([...asked.difference(given)], [], redis);
    all.given = all.given.union(given);
    all.asked = all.asked.union(asked);
  }
  t.same([...all.given.difference(all.asked)], []);
});

/** The secrets that the files of an external Redis ask for. */
const secretsOf = (given: Settings) =>
  redisFiles(given, "external").flatMap((name) => Object.values(parse(read(name)).secrets ?? {}));

t.test(
  "external: each file that was given is a secret with a name of its own, and no other is",
  async (t) => {
    const names = secretsOf(withFiles).map((secret) => (secret as { name: string }).name);
    t.equal(new Set(names).size, Object.keys(withFiles.external).length - 1, names.join(", "));
    t.same(secretsOf({ ...settings, external: { ...settings.external, caFile: file } }).length, 1);
    t.same(secretsOf(settings), []);
  },
);

for (const redis of REDIS_MODES) {
  t.test(`${redis}: its row names the parts that its manifest has`, async (t) => {
    const { app: _, ...own } = parse(read(`redis/${redis}`), { merge: true }).services;
    const { servers, sentinels, instances, url } = MODES[redis];
    t.same(Object.keys(own).toSorted(), [...servers, ...sentinels].toSorted());
    for (const name of servers) t.equal(own[name].deploy.replicas, instances);
    if (redis === "external") return;
    const hosts = url
      .split("/")[2]!
      .split(",")
      .map((host) => host.split(":")[0]);
    t.same(hosts, sentinels.length > 0 ? sentinels : servers, "and its URL names the same");
    t.equal(checkRedisUrl(url, "secret").includes("secret"), true, "which the service understands");
  });
}

for (const [name, service] of Object.entries(services)) {
  t.test(`${name} runs with no more rights and resources than it needs`, async (t) => {
    t.equal(service.read_only, true);
    t.same(service.cap_drop, ["ALL"]);
    t.same(service.entrypoint, ["setpriv", "--no-new-privs", "--"]);
    t.ok(service.ulimits.nofile);
    t.ok(service.healthcheck.test);
    t.ok(service.stop_grace_period);
    t.ok(service.deploy.resources.limits.memory);
    t.equal(service.deploy.update_config.failure_action, "rollback");
    t.not(service.user ?? "1000:1000", "root");
    t.notOk(service.environment && Object.keys(service.environment).includes("REDIS_PASSWORD"));
  });
}

t.test("replicas start before the old ones go, Redis and the proxy after", async (t) => {
  t.equal(stack.app.deploy.update_config.order, "start-first");
  for (const part of Object.values(parts)) t.equal(part.deploy.update_config.order, "stop-first");
  t.equal(proxy.proxy.deploy.update_config.order, "stop-first");
  const { DRAIN_SECONDS, SHUTDOWN_TIMEOUT_SECONDS } = stack.app.environment;
  const grace = Number.parseInt(stack.app.stop_grace_period, 10);
  t.ok(
    Number(DRAIN_SECONDS) + Number(SHUTDOWN_TIMEOUT_SECONDS) < grace,
    "a replica has the time to end by itself",
  );
});

t.test("only the front door is published", async (t) => {
  for (const { ports } of [stack.app, proxy.app, ...Object.values(parts)]) t.equal(ports, undefined);
  t.match(mesh.app.ports, [{ target: 8000, mode: "ingress" }]);
  t.match(proxy.proxy.ports, [{ target: 8080, mode: "host" }]);
});

t.test("the proxy sends nothing again that a replica may have received", async (t) => {
  const config = readFileSync(`${ROOT}deploy/swarm/haproxy.cfg`, "utf8");
  t.same(config.match(/^ *retry-on .*$/gm), ["    retry-on conn-failure"]);
});
