// What a deployment applies, rendered as it is and held against the schemas of the oldest and the newest Kubernetes.

import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { Ajv } from "ajv";
import { isDeepStrictEqual } from "node:util";
import t from "tap";
import { parseAllDocuments } from "yaml";
import { readSettings } from "../../run/settings.ts";
import { ROOT } from "../../run/paths.ts";
import { kustomize } from "../../testing/kustomize.ts";
import { REDIS_MODES } from "../../run/values.ts";
import { MODES } from "../redis-modes.ts";
import { overlay, redisOverlay, render } from "./manifests.ts";

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  // oxlint-disable-next-line no-explicit-any -- what the schema says it is
  spec?: any;
}

/** The oldest that was tried, and the newest. */
const VERSIONS = ["1.21", "1.36"];
const GROUPS: Record<string, string> = {
  v1: "core.v1",
  "apps/v1": "apps.v1",
  "networking.k8s.io/v1": "networking.v1",
  "policy/v1": "policy.v1",
};

const base = { node: "node:1", redis: "registry.example/redis:8", proxy: "haproxy:1" };
const target = {
  version: "abc",
  previous: "",
  since: "2026-01-01T00:00:00Z",
  replicas: 3,
  replicasSetting: 4,
  scaled: "",
  redis: "single" as const,
  redisSetting: "single",
  redisWait: 1,
  redisWaitSetting: 0,
  base,
};
const settings = readSettings({ port: 8080, redisUrl: "rediss://redis.example" });
const build = await kustomize();
const skip = build ? false : "needs kustomize, or Go to build it";
const manifests = build ? parsed(await render(overlay(settings, target), build)) : [];
/** Of each mode, the whole deployment. */
const ofModes = new Map<string, Manifest[]>();
for (const redis of build ? REDIS_MODES : [])
  ofModes.set(redis, parsed(await render(overlay(settings, { ...target, redis }), build)));
/** As they stand in the files, which needs no kustomize. What only patches another has no whole object. */
const sources = (await Array.fromAsync(glob("deploy/k3s/{base,components/*,redis/*}/*.yaml", { cwd: ROOT })))
  .filter((file) => !/kustomization|app-reaches-redis/.test(file))
  .flatMap((file) => parsed(readFileSync(`${ROOT}${file}`, "utf8")));

function parsed(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** What a version of Kubernetes has against a manifest, each fault with its place. */
function faults(version: string, manifest: Manifest): string[] {
  const file = `${ROOT}scripts/lib/testing/kubernetes/v${version}.json`;
  const $ref = `#/definitions/io.k8s.api.${GROUPS[manifest.apiVersion]}.${manifest.kind}`;
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.validate({ ...JSON.parse(readFileSync(file, "utf8")), $ref }, manifest);
  return (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const find = (kind: string, name: string) =>
  structuredClone(manifests.find((one) => one.kind === kind && one.metadata.name === name)!);

for (const version of VERSIONS) {
  t.test(`Kubernetes ${version} knows every field of every file`, async (t) => {
    t.ok(sources.length > 0);
    for (const one of sources) t.same(faults(version, one), [], `${one.kind} ${one.metadata.name}`);
    const [wrong] = structuredClone(sources.filter(({ kind }) => kind === "Service"));
    wrong!.spec.sessionAfinity = "None";
    t.same(faults(version, wrong!), ["/spec must NOT have additional properties"]);
  });

  t.test(`Kubernetes ${version} knows every field of every manifest`, { skip }, async (t) => {
    for (const [mode, all] of ofModes)
      for (const one of all) t.same(faults(version, one), [], `${mode}: ${one.kind} ${one.metadata.name}`);
  });

  t.test(
    `Kubernetes ${version} finds a wrong name, a wrong type and what is missing`,
    { skip },
    async (t) => {
      const app = find("Deployment", "app");
      app.spec.replica = 4;
      app.spec.minReadySeconds = "10";
      delete app.spec.selector;
      t.same(faults(version, app).toSorted(), [
        "/spec must NOT have additional properties",
        "/spec must have required property 'selector'",
        "/spec/minReadySeconds must be integer",
      ]);
    },
  );
}

t.test("what is deployed is what was asked for", { skip }, async (t) => {
  const app = find("Deployment", "app");
  t.equal(app.spec.replicas, 3);
  t.equal(app.spec.template.spec.containers[0].image, `${settings.image}:abc`);
  t.same(app.spec.template.spec.containers[0].resources.limits, { memory: "256Mi" });
  t.match(app.spec.template.metadata.annotations, {
    "counter-deploy/version": "abc",
    "counter-deploy/redis": "single",
    "counter-deploy/redis-wait": "1",
  });
  t.match(app.metadata.annotations, { "counter-deploy/redis-wait-setting": "0" });
  const { env } = app.spec.template.spec.containers[0];
  t.match(
    env.find(({ name }: { name: string }) => name === "REDIS_WAIT"),
    { value: "1" },
  );
  t.equal(find("StatefulSet", "redis").spec.template.spec.containers[0].image, base.redis);
  t.equal(find("Service", "app").spec.ports[0].port, 8080);
  const spaces = manifests.map(({ kind, metadata }) =>
    kind === "Namespace" ? metadata.name : metadata.namespace,
  );
  t.same([...new Set(spaces)], [settings.name]);
});

t.test("every pod of every mode has no more rights and resources than it needs", { skip }, async (t) => {
  const workloads = [...ofModes].flatMap(([mode, all]) =>
    all
      .filter(({ kind }) => ["Deployment", "StatefulSet"].includes(kind))
      .map(({ metadata, spec }) => ({ name: `${mode}: ${metadata.name}`, pod: spec.template.spec })),
  );
  for (const { name, pod } of workloads) {
    t.match(pod, { automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } }, name);
    t.equal(pod.securityContext.seccompProfile.type, "RuntimeDefault", name);
    const [container] = pod.containers;
    t.match(
      container.securityContext,
      { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      name,
    );
    t.same(container.securityContext.capabilities, { drop: ["ALL"] }, name);
    t.ok(container.resources.limits.memory && container.resources.requests.memory, name);
    t.ok(container.startupProbe && container.readinessProbe && container.livenessProbe, name);
    t.notMatch(JSON.stringify(container.env ?? []), /"name":"REDIS_PASSWORD"/, name);
  }
});

for (const mode of REDIS_MODES) {
  t.test(`${mode}: each part that its row names has a Service with pods behind it`, { skip }, async (t) => {
    const all = ofModes.get(mode)!;
    const pods = all
      .filter(({ kind }) => kind === "StatefulSet")
      .flatMap(({ metadata, spec }) =>
        Array.from({ length: spec.replicas }, (_, at) => ({
          ...spec.template.metadata.labels,
          "statefulset.kubernetes.io/pod-name": `${metadata.name}-${at}`,
        })),
      );
    const { servers, sentinels, instances, url } = MODES[mode];
    for (const name of [...servers, ...sentinels]) {
      const service = all.find((one) => one.kind === "Service" && one.metadata.name === name);
      const wanted = Object.entries(service?.spec.selector);
      const behind = pods.filter((labels) => wanted.every(([key, value]) => labels[key] === value));
      t.equal(behind.length, instances, name);
    }
    const app = all.find(({ kind }) => kind === "Deployment")!;
    const [{ env }] = app.spec.template.spec.containers;
    t.equal(
      env.find(({ name }: { name: string }) => name === "REDIS_URL").value,
      url || "rediss://redis.example",
    );
  });

  if (mode === "external") continue;

  t.test(`${mode}: what is started beside another mode is a part of the whole`, { skip }, async (t) => {
    const own = parsed(await render(redisOverlay(settings, mode, base), build));
    const whole = ofModes.get(mode)!;
    t.ok(own.length > 0);
    t.same(
      own.filter((one) => !whole.some((other) => isDeepStrictEqual(one, other))).map(({ kind }) => kind),
      [],
    );
    t.notOk(own.some(({ kind }) => ["Deployment", "Namespace"].includes(kind)));
  });
}

t.test(
  "a replica goes only when a new one serves, and Redis is for the counter alone",
  { skip },
  async (t) => {
    t.equal(find("Deployment", "app").spec.strategy.rollingUpdate.maxUnavailable, 0);
    for (const [mode, all] of ofModes) {
      const policies = all.filter(({ kind }) => kind === "NetworkPolicy").map(({ spec }) => spec);
      const app = { podSelector: { matchLabels: { "app.kubernetes.io/component": "app" } } };
      const ofRedis = policies.filter(
        ({ podSelector }) => podSelector.matchLabels?.["app.kubernetes.io/component"] !== "app",
      );
      t.equal(ofRedis.length, mode === "external" ? 0 : 1, mode);
      if (mode === "external") continue;
      const [{ podSelector, ingress }] = ofRedis;
      t.same(ingress[0].from, [app], mode);
      t.same(
        ingress.slice(1).flatMap(({ from }: { from: object[] }) => from),
        MODES[mode as "single"].servers.length > 1 ? [{ podSelector }] : [],
        `${mode}: and its parts for each other`,
      );
    }
  },
);
