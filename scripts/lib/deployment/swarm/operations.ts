import { $ } from "zx/core";
import { imageId } from "../../images/build.ts";
import { inOrderOfTime } from "../log-lines.ts";
import { engineInfo, engineProblems, swarmProblem } from "../../host/docker.ts";
import { EXIT, Failure } from "../../run/failure.ts";
import { urlOf } from "../front-door.ts";
import { hasIpvs, sizeProblems } from "../../host/facts.ts";
import type { Deployed, LogOptions, RemoveOptions, Target } from "../orchestrator.ts";
import type { Outcome } from "../../run/progress.ts";
import { type Settings } from "../../run/settings.ts";
import type { RedisMode } from "../../run/values.ts";
import { EXTERNAL } from "../redis/external.ts";
import { ensureExternalSecrets } from "./redis.ts";
import { passwordSecret } from "./provision.ts";
import { hasEnded, imageOf, isRunning, replicasOf, services, tasks } from "./state.ts";
import { until } from "../../run/wait.ts";
import { deployStack, redisFiles, stackVariables } from "./stack.ts";

const LABEL = {
  version: "counter-deploy.version",
  previous: "counter-deploy.previous",
  since: "counter-deploy.since",
  replicas: "counter-deploy.replicas",
  scaled: "counter-deploy.scaled",
  redis: "counter-deploy.redis",
  redisSetting: "counter-deploy.redis-setting",
  redisWait: "counter-deploy.redis-wait",
  redisWaitSetting: "counter-deploy.redis-wait-setting",
};

const NAME = "swarm";
export { NAME as name };
export const platform = "Docker Swarm";
export { containersOf } from "./containers.ts";
export { disclosed } from "./disclosed.ts";
export { instances } from "./instances.ts";
export { keptVersions as kept } from "../../images/app.ts";
export { leaveSwarm as unprovision, neighbours } from "./membership.ts";
export { restartProblem } from "../../host/docker-restart.ts";
export { restartEngine } from "./restart.ts";
export { hostProblems, provisionSteps } from "./provision.ts";
export { publisherOf } from "./publisher.ts";
export { askRedis, removeRedis, startRedis } from "./redis.ts";
export { diagnose, mergeSlots, restartDoor, snapshot, states, undo } from "./rollout.ts";

/** What runs now; undefined if the counter is not deployed. */
export async function observe(settings: Settings): Promise<Deployed | undefined> {
  const stack = await services(settings.name);
  const app = stack.get("app");
  if (!app) return undefined;
  const labels = app.Spec.Labels;
  const mine = (await tasks([app])).filter((task) => task.Image === imageOf(app));
  const ports = [...stack.values()].flatMap((service) => service.Spec.EndpointSpec?.Ports ?? []);
  const port = ports[0]?.PublishedPort ?? settings.port;
  return {
    version: labels[LABEL.version] ?? "",
    previous: labels[LABEL.previous] ?? "",
    since: labels[LABEL.since] ?? "",
    replicas: replicasOf(app.Spec),
    replicasSetting: Number(labels[LABEL.replicas]),
    scaled: labels[LABEL.scaled] ?? "",
    redis: (labels[LABEL.redis] ?? "single") as RedisMode,
    redisSetting: labels[LABEL.redisSetting] ?? "single",
    redisWait: Number(labels[LABEL.redisWait] ?? 0),
    redisWaitSetting: Number(labels[LABEL.redisWaitSetting] ?? 0),
    cpus: (app.Spec.TaskTemplate.Resources?.Limits?.NanoCPUs ?? 0) / 1e9,
    running: mine.filter((task) => isRunning(task) && task.DesiredState === "Running").length,
    restarts: mine.filter(hasEnded).length,
    port,
    url: urlOf(port),
  };
}

/** What keeps a deployment from being tried, each problem in a line. */
export async function problems(settings: Settings): Promise<string[]> {
  const info = await engineInfo();
  if (!info) return ["no Docker engine answers: make provision"];
  if (!info.Swarm.ControlAvailable)
    return [swarmProblem(info) ?? "this host is not a Swarm manager: make provision"];
  const found = [...engineProblems(info), ...sizeProblems(info.DockerRootDir, 1)];
  const [secret, node] = await Promise.all([
    $({ nothrow: true })`docker secret inspect ${passwordSecret(settings)}`,
    $`docker node inspect self --format ${"{{.Spec.Availability}} {{.ID}}"}`,
  ]);
  const [availability, id] = node.stdout.trim().split(" ");
  if (availability !== "active")
    found.push(`this node takes no tasks (${availability}): docker node update --availability active ${id}`);
  const { cpus } = settings.resources;
  if (cpus > info.NCPU) found.push(`resources.cpus is ${cpus}, and this host has ${info.NCPU}`);
  if (!secret.ok) found.push(`the secret ${passwordSecret(settings)} is missing: make provision`);
  return found;
}

/** Deploys the stack. The engine answers before anything runs: `converge` waits for that. */
export async function apply(settings: Settings, target: Target): Promise<Outcome> {
  const door = (await hasIpvs()) ? "mesh" : "proxy";
  const names = ["shared", "stack", ...redisFiles(settings, target.redis), door];
  if (target.redis === EXTERNAL) await ensureExternalSecrets(settings);
  const flags = target.keepParts ? [] : ["--prune"];
  await deployStack(settings, names, await stackVariables(settings, target), flags);
  return {};
}

/** Puts another version in the place of the one that runs, from an image that is still kept. */
export async function switchTo(settings: Settings, version: string, previous: string): Promise<Outcome> {
  const image = await imageId(`${settings.image}:${version}`);
  const labels = {
    [LABEL.version]: version,
    [LABEL.previous]: previous,
    [LABEL.since]: new Date().toISOString(),
    // `docker stack deploy` keeps the image that runs if this label says that it is the wanted one already.
    "com.docker.stack.image": image,
  };
  const flags = Object.entries(labels).flatMap(([key, value]) => ["--label-add", `${key}=${value}`]);
  await $`docker service update --detach --no-resolve-image --image ${image} ${flags} ${settings.name}_app`;
  return {};
}

/** Sets the number of replicas, and the cores that one may use. */
export async function scale(settings: Settings, replicas: number, cpus?: number): Promise<Outcome> {
  const scaled = `${LABEL.scaled}=${new Date().toISOString()}`;
  const flags = [
    "--replicas",
    replicas,
    "--label-add",
    scaled,
    ...(cpus === undefined ? [] : ["--limit-cpu", cpus]),
  ];
  await $`docker service update --detach ${flags} ${settings.name}_app`;
  return {};
}

/** Removes the configurations and secrets that earlier deployments used. */
export async function tidy(settings: Settings): Promise<void> {
  for (const kind of ["config", "secret"]) {
    const label = `label=com.docker.stack.namespace=${settings.name}`;
    const { stdout } = await $`docker ${kind} ls --quiet --filter ${label}`;
    // The engine refuses to remove those in use, one by one.
    for (const id of stdout.split("\n").filter(Boolean)) await $({ nothrow: true })`docker ${kind} rm ${id}`;
  }
}

/** Prints the last lines of some services' logs to stdout, and goes on with `follow`. */
export async function logs(settings: Settings, { parts, tail, follow }: LogOptions): Promise<void> {
  const flags = ["--timestamps", "--tail", tail];
  const names = parts.map((part) => `${settings.name}_${part}`);
  if (follow) {
    const show = $({ stdio: "inherit" });
    await Promise.all(names.map((name) => show`docker service logs --follow ${flags} ${name}`));
    return;
  }
  const texts = await Promise.all(names.map((name) => $`docker service logs ${flags} ${name} 2>&1`));
  process.stdout.write(inOrderOfTime(texts.map(({ stdout }) => stdout).join("")));
}

/** Removes the stack and waits until its containers and networks are gone; volumes and secret only with `purge`. */
export async function remove(
  settings: Settings,
  { purge, despiteInterrupt = false }: RemoveOptions,
): Promise<Outcome> {
  const label = `label=com.docker.stack.namespace=${settings.name}`;
  const left = async () => {
    const found = await Promise.all([
      $`docker service ls --quiet --filter ${label}`,
      $`docker ps --all --quiet --filter ${label}`,
      $`docker network ls --quiet --filter ${label}`,
    ]);
    return found.some(({ stdout }) => stdout.trim() !== "");
  };
  const info = await engineInfo();
  if (info && !info.Swarm.ControlAvailable) {
    const unseen = swarmProblem(info);
    // What cannot be seen is not gone.
    if (unseen) throw new Failure(unseen, { code: EXIT.refused });
    return { changed: false, note: "this host has no swarm" };
  }
  const deployed = await left();
  // moby#29293: the engine answers at once, and a deployment into networks that are on their way out fails.
  if (deployed) await $`docker stack rm ${settings.name}`;
  const wait = { what: "the stack is not gone", deadline: settings.deadlines.remove, hint: "make teardown" };
  await until({ ...wait, despiteInterrupt }, async () => !(await left()));
  if (!purge) return { changed: deployed };
  const volumes = (await $`docker volume ls --quiet --filter ${label}`).stdout.split("\n").filter(Boolean);
  if (volumes.length > 0) await $`docker volume rm ${volumes}`;
  const secret = await $({ nothrow: true })`docker secret rm ${passwordSecret(settings)}`;
  return { changed: deployed || volumes.length > 0 || secret.ok };
}
