import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { relative } from "node:path";
import { stringify } from "yaml";
import { $ } from "zx/core";
import type { Target } from "../orchestrator.ts";
import { type Settings } from "../../run/settings.ts";
import { ROOT } from "../../run/paths.ts";
import type { BaseImages } from "../../images/base.ts";
import type { RedisMode } from "../../run/values.ts";
import { redisEnv } from "../redis/env.ts";
import { EXTERNAL, externalFiles, markOf } from "../redis/external.ts";
import { NOTE } from "./state.ts";

/** The text of a kustomization, which sees deploy/k3s/ at this path. */
type Overlay = (path: string) => string;

/** Where the password is in every container that has it. */
export const PASSWORD_FILE = "/run/secrets/redis/password";

/** A base image's reference as kustomize takes it. */
function image(name: string, ref: string) {
  const colon = ref.lastIndexOf(":");
  return { name, newName: ref.slice(0, colon), newTag: ref.slice(colon + 1) };
}

const PLACES = { password: PASSWORD_FILE, external: (name: string) => `/run/secrets/external/${name}` };

/** What the counter is told of Redis. */
const appEnv = (settings: Settings, { redis, redisWait }: Target) =>
  Object.entries({
    REDIS_MODE: redis,
    REDIS_WAIT: String(redisWait),
    ...redisEnv(settings, redis, PLACES),
  }).map(([name, value]) => ({ name, value }));

/** A mode's parts alone, as `overlay` has them among all. */
export const redisOverlay =
  (settings: Settings, mode: RedisMode, base: BaseImages): Overlay =>
  (path) =>
    stringify({
      apiVersion: "kustomize.config.k8s.io/v1beta1",
      kind: "Kustomization",
      namespace: settings.name,
      components: [`${path}/redis/${mode}`],
      images: [image("counter-redis", base.redis)],
    });

/** What this deployment lays over deploy/k3s/. */
export const overlay =
  (settings: Settings, target: Target): Overlay =>
  (path) => {
    const app = { apiVersion: "apps/v1", kind: "Deployment" };
    const notes = {
      [NOTE.version]: target.version,
      [NOTE.previous]: target.previous,
      [NOTE.since]: target.since,
      [NOTE.redis]: target.redis,
      [NOTE.redisWait]: String(target.redisWait),
      // Other files are other pods.
      ...(target.redis === EXTERNAL && { [NOTE.files]: externalFiles(settings).map(markOf).join(" ") }),
    };
    const { cpus, memory } = settings.resources;
    const limits = { memory: `${memory}Mi`, ...(cpus > 0 && { cpu: String(cpus) }) };
    const containers = [{ name: "app", env: appEnv(settings, target), resources: { limits } }];
    const deployment = {
      ...app,
      metadata: {
        name: "app",
        annotations: {
          [NOTE.replicas]: String(target.replicasSetting),
          [NOTE.scaled]: target.scaled,
          [NOTE.redisSetting]: target.redisSetting,
          [NOTE.redisWaitSetting]: String(target.redisWaitSetting),
        },
      },
      spec: {
        replicas: target.replicas,
        template: { metadata: { annotations: notes }, spec: { containers } },
      },
    };
    const port = [{ op: "replace", path: "/spec/ports/0/port", value: settings.port }];
    return stringify({
      apiVersion: "kustomize.config.k8s.io/v1beta1",
      kind: "Kustomization",
      namespace: settings.name,
      resources: [`${path}/base`],
      components: [`${path}/redis/${target.redis}`, `${path}/components/isolation`],
      images: [
        image("counter-app", `${settings.image}:${target.version}`),
        image("counter-redis", target.base.redis),
      ],
      patches: [
        { patch: stringify(deployment) },
        { target: { kind: "Service", name: "app" }, patch: stringify(port) },
      ],
    });
  };

/** Renders a kustomization. `build` is the kustomize to do it with, kubectl's own if not given. */
export async function render(
  kustomization: Overlay,
  build: readonly string[] = ["kubectl", "kustomize"],
): Promise<string> {
  const dir = await realpath(await mkdtemp(`${tmpdir()}/counter-deploy-`));
  try {
    // kustomize takes no absolute path.
    const path = relative(dir, await realpath(`${ROOT}deploy/k3s`));
    await writeFile(`${dir}/kustomization.yaml`, kustomization(path));
    // Redis' configuration is Swarm's, too, and so not below the kustomization.
    return (await $`${build} --load-restrictor=LoadRestrictionsNone ${dir}`).stdout;
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** The objects that applying the manifests would change, as `kubectl diff` names them. Throws on what is not valid. */
export async function differences(manifests: string): Promise<string[]> {
  const diff = await $({ nothrow: true, input: manifests })`kubectl diff --filename -`;
  // Files are called like apps.v1.Deployment.counter.app
  const files = [...diff.stdout.matchAll(/^Files \S+\/(\S+) and /gm)];
  // 1 says that there are differences, and it is also how some failures end.
  if (diff.exitCode !== 0 && files.length === 0) throw diff;
  return files.map(([, file = ""]) => {
    const [, kind, name] = /\.([A-Z]\w*)\.[^.]*\.(.+)$/.exec(file) ?? [];
    return `${kind} ${name}`;
  });
}
