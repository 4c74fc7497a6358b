import { readFileSync } from "node:fs";
import { $ } from "zx/core";
import type { BaseImages } from "../../images/base.ts";
import type { Settings } from "../../run/settings.ts";
import type { RedisMode } from "../../run/values.ts";
import { MODES } from "../redis-modes.ts";
import { externalFiles } from "../redis/external.ts";
import { PASSWORD_FILE, redisOverlay, render } from "./manifests.ts";
import { objects, podsBehind } from "./state.ts";
import { adoptVolumes, openVolumes } from "./volumes.ts";

/** In a pod of Redis: redis-cli with the password. -e lets it fail where Redis refuses. */
const CLI = `REDISCLI_AUTH=$(cat ${PASSWORD_FILE}) exec timeout 2 redis-cli -e "$@"`;

/** Asks for the parts of a mode beside what runs. */
export async function startRedis(settings: Settings, mode: RedisMode, base: BaseImages): Promise<void> {
  const input = await render(redisOverlay(settings, mode, base));
  await adoptVolumes(settings);
  await $({ input })`kubectl apply --filename -`;
  await openVolumes(settings);
}

/** Removes the parts of a mode; the claims on their volumes stay. */
export async function removeRedis(settings: Settings, mode: RedisMode): Promise<void> {
  // The image is of no account to what is deleted.
  const input = await render(redisOverlay(settings, mode, settings.images));
  await $({ input })`kubectl delete --ignore-not-found --filename -`;
}

/** Gives the cluster the files of an external Redis. */
export async function ensureExternalSecret(settings: Settings): Promise<void> {
  const files = externalFiles(settings).map(({ name, path }) => [
    name,
    readFileSync(path).toString("base64"),
  ]);
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "redis-external" },
    data: Object.fromEntries(files),
  };
  // Not applied: that would keep a copy of it in an annotation.
  const input = JSON.stringify(secret);
  const inside = ["--namespace", settings.name];
  const replaced = await $({ nothrow: true, input })`kubectl replace ${inside} --filename -`;
  if (!replaced.ok) await $({ input })`kubectl create ${inside} --filename -`;
}

/** Asks each pod of a part, in the order of their names. What does not answer is left out. */
export async function askRedis(
  settings: Settings,
  part: string,
  command: readonly string[],
): Promise<string[]> {
  const flags = ["--namespace", settings.name, "--pod-running-timeout", "2s"];
  const run = $({ nothrow: true });
  const pods = await podsOf(settings, part);
  const answers = await Promise.all(
    pods.map((pod) => run`kubectl exec ${pod} ${flags} -- sh -c ${CLI} sh ${command}`),
  );
  return answers.filter(({ ok }) => ok).map((answer) => answer.stdout.trim());
}

/** The pods of a part as kubectl takes them; a single one it finds itself, behind the Service of that name. */
async function podsOf(settings: Settings, part: string): Promise<string[]> {
  const mode = Object.values(MODES).find(({ servers }) => servers.includes(part));
  if (!mode || mode.instances === 1) return [`service/${part}`];
  return podsBehind(await objects(settings), part).map(({ metadata }) => `pod/${metadata.name}`);
}
