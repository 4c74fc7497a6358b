import { randomBytes } from "node:crypto";
import { $ } from "zx/core";
import { engineInfo } from "../../host/docker.ts";
import { EXIT, Failure } from "../../run/failure.ts";
import { sizeProblems } from "../../host/facts.ts";
import type { Deployed, LogOptions, Target } from "../orchestrator.ts";
import type { Outcome } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import type { RedisMode } from "../../run/values.ts";
import { inOrderOfTime } from "../log-lines.ts";
import { EXTERNAL } from "../redis/external.ts";
import { ensureExternalSecret } from "./redis.ts";
import { frontDoor } from "./front-door.ts";
import { kept, removeVersions } from "./images.ts";
import { answers } from "./host/install.ts";
import { differences, overlay, render } from "./manifests.ts";
import { awaitNamespace, namespaceProblem } from "./namespace.ts";
import {
  coresOf,
  isReady,
  list,
  NOTE,
  objects,
  ours,
  partOf,
  restartsOf,
  selectorOf,
  type Workload,
} from "./state.ts";
import { adoptVolumes, openVolumes } from "./volumes.ts";

const NAME = "k3s";
export { NAME as name };
export const platform = "k3s";
export { containersOf } from "./containers.ts";
export { disclosed } from "./disclosed.ts";
export { instances } from "./instances.ts";
export { publisherOf } from "./front-door.ts";
export { askRedis, removeRedis, startRedis } from "./redis.ts";
export { importImages, kept } from "./images.ts";
export { neighbours, remove } from "./namespace.ts";
export { hostProblems, provisionSteps } from "./host/provision.ts";
export { awaitFrontDoor, diagnose, states } from "./rollout.ts";
export { snapshot, undo } from "./snapshot.ts";
export { restartEngine, restartProblem } from "./host/restart.ts";
export { uninstall as unprovision } from "./host/uninstall.ts";

const APP = "deployment/app";
const SECRET = "redis-password";

/** What runs now; undefined if the counter is not deployed. */
export async function observe(settings: Settings): Promise<Deployed | undefined> {
  const now = await objects(settings);
  const app = now.workloads.get(APP);
  if (!app) return undefined;
  const notes = app.spec.template.metadata.annotations ?? {};
  const version = notes[NOTE.version] ?? "";
  const mine = now.pods.filter(
    (pod) => partOf(pod) === "app" && pod.metadata.annotations?.[NOTE.version] === version,
  );
  return {
    version,
    previous: notes[NOTE.previous] ?? "",
    since: notes[NOTE.since] ?? "",
    replicas: app.spec.replicas,
    replicasSetting: Number(app.metadata.annotations?.[NOTE.replicas]),
    scaled: app.metadata.annotations?.[NOTE.scaled] ?? "",
    redis: (notes[NOTE.redis] ?? "single") as RedisMode,
    redisSetting: app.metadata.annotations?.[NOTE.redisSetting] ?? "single",
    redisWait: Number(notes[NOTE.redisWait] ?? 0),
    redisWaitSetting: Number(app.metadata.annotations?.[NOTE.redisWaitSetting] ?? 0),
    cpus: coresOf(
      app.spec.template.spec.containers.find(({ name }) => name === "app")?.resources?.limits?.cpu,
    ),
    running: mine.filter(isReady).length,
    restarts: mine.reduce((sum, pod) => sum + restartsOf(pod), 0),
    ...frontDoor(settings, now),
  };
}

/** What keeps a deployment from being tried, each problem in a line. */
export async function problems(settings: Settings): Promise<string[]> {
  const taken = namespaceProblem(settings);
  // Where it cannot say, the cluster does not answer.
  taken.catch(() => {});
  const [engine, answer] = await Promise.all([engineInfo(), answers()]);
  const found = engine ? [] : ["no Docker engine answers, which builds the image: make provision"];
  if (!answer) return [...found, "no k3s answers: make provision ORCHESTRATOR=k3s"];
  const foreign = await taken;
  return [...found, ...sizeProblems("/var/lib/rancher", 1), ...(foreign ? [foreign] : [])];
}

/** Deploys the manifests. The cluster answers before anything runs: `converge` waits for that. */
export async function apply(settings: Settings, target: Target): Promise<Outcome> {
  const [manifests] = await Promise.all([render(overlay(settings, target)), awaitNamespace(settings)]);
  const [differing] = await Promise.all([
    differences(manifests),
    ensurePassword(settings),
    target.redis === EXTERNAL && ensureExternalSecret(settings),
  ]);
  if (differing.length === 0) return { changed: false };
  await adoptVolumes(settings);
  await $({ input: manifests })`kubectl apply --filename -`;
  if (target.redis !== EXTERNAL) await openVolumes(settings);
  return { changed: true, note: differing.join(", ") };
}

/** The password is made once, and goes with the namespace. */
async function ensurePassword({ name }: Settings): Promise<void> {
  const inside = ["--namespace", name];
  const { stdout } = await $`kubectl get secret ${SECRET} ${inside} --ignore-not-found --output name`;
  if (stdout) return;
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: SECRET },
    stringData: { password: randomBytes(32).toString("hex") },
  };
  await $({ input: JSON.stringify(secret) })`kubectl create ${inside} --filename -`;
}

/** Puts another version in the place of the one that runs, from an image that is still kept. */
export async function switchTo(settings: Settings, version: string, previous: string): Promise<Outcome> {
  const notes = {
    [NOTE.version]: version,
    [NOTE.previous]: previous,
    [NOTE.since]: new Date().toISOString(),
  };
  const containers = [{ name: "app", image: `${settings.image}:${version}` }];
  const patch = { spec: { template: { metadata: { annotations: notes }, spec: { containers } } } };
  await $`kubectl patch ${APP} --namespace ${settings.name} --patch ${JSON.stringify(patch)}`;
  return {};
}

/** Sets the number of replicas, and the cores that one may use. */
export async function scale(settings: Settings, replicas: number, cpus?: number): Promise<Outcome> {
  // In a patch, null takes a limit away.
  const limits = { cpu: cpus ? String(cpus) : null };
  const template = { spec: { containers: [{ name: "app", resources: { limits } }] } };
  const metadata = { annotations: { [NOTE.scaled]: new Date().toISOString() } };
  const patch = { metadata, spec: { replicas, ...(cpus !== undefined && { template }) } };
  await $`kubectl patch ${APP} --namespace ${settings.name} --patch ${JSON.stringify(patch)}`;
  return {};
}

type ConfigMap = Pick<Workload, "kind" | "metadata">;

/** Removes the images of versions that are not kept any more, and the configurations that nothing uses. */
export async function tidy(settings: Settings, named: string[]): Promise<void> {
  const [versions, found] = await Promise.all([
    kept(settings),
    list<Workload | ConfigMap>("deployments,statefulsets,configmaps", ours(settings)),
  ]);
  const stay = new Set([...named, ...versions.slice(0, settings.keep)]);
  await removeVersions(
    settings,
    versions.filter((version) => !stay.has(version)),
  );
  const isConfig = ({ kind }: Workload | ConfigMap) => kind === "ConfigMap";
  const used = JSON.stringify(found.filter((one) => !isConfig(one)));
  const names = found.filter(isConfig).map(({ metadata }) => metadata.name);
  const unused = names.filter((name) => !used.includes(JSON.stringify(name)));
  if (unused.length > 0) await $`kubectl delete configmaps --namespace ${settings.name} ${unused}`;
}

/** Prints the last lines of some parts' logs to stdout, and goes on with `follow`. */
export async function logs(settings: Settings, { parts, tail, follow }: LogOptions): Promise<void> {
  if (parts.includes("proxy")) throw new Failure("there is no proxy on k3s", { code: EXIT.usage });
  const flags = [
    "--namespace",
    settings.name,
    "--tail",
    tail,
    "--timestamps",
    "--prefix",
    "--max-log-requests=20",
  ];
  const { services } = await objects(settings);
  const which = services.filter(({ metadata }) => parts.includes(metadata.name)).map(selectorOf);
  if (which.length === 0) throw new Failure(`there is no ${parts.join(" and no ")} in ${settings.name}`);
  if (follow) {
    const show = $({ stdio: "inherit" });
    await Promise.all(which.map((one) => show`kubectl logs --follow ${flags} --selector ${one}`));
    return;
  }
  const texts = await Promise.all(which.map((one) => $`kubectl logs ${flags} --selector ${one}`));
  process.stdout.write(inOrderOfTime(texts.map(({ stdout }) => stdout).join("")));
}
