import { $ } from "zx/core";
import { EXIT, Failure } from "../failure.ts";
import type { Settings } from "../settings.ts";
import { until } from "../wait.ts";
import { removeImported } from "./images.ts";
import { type Condition, list } from "./state.ts";
import { letGoOfVolumes, volumesGone } from "./volumes.ts";

interface Namespace {
  status: { phase: string; conditions?: Condition[] };
}

async function find({ name }: Settings): Promise<Namespace | undefined> {
  const [found] = await list<Namespace>("namespaces", [`--field-selector=metadata.name=${name}`]);
  return found;
}

/** What keeps a namespace from being gone, in the cluster's words: as a rule an API that does not answer. */
function obstacles(namespace: Namespace | undefined): string {
  const conditions = namespace?.status.conditions?.filter(({ status }) => status === "True") ?? [];
  return conditions.map(({ message }) => message).join("; ");
}

async function gone(settings: Settings): Promise<void> {
  let seen = "";
  const wait = { what: "the namespace is not gone", deadline: settings.deadlines.remove, seen: () => seen };
  await until(
    { ...wait, hint: "k3s kubectl get apiservice: one that is not available keeps it" },
    async () => {
      const namespace = await find(settings);
      seen = obstacles(namespace);
      return !namespace;
    },
  );
}

/** Makes the namespace unless it is there; one that is on its way out is waited for, and refused if it stays. */
export async function awaitNamespace(settings: Settings): Promise<void> {
  const here = await find(settings);
  if (here?.status.phase === "Active") return;
  if (here) {
    await gone(settings).catch((error: Failure) => {
      if (error.code !== EXIT.timedOut) throw error;
      throw new Failure(error.message, { ...error.details, code: EXIT.refused });
    });
  }
  await $`kubectl create namespace ${settings.name} --save-config`;
}

/** Removes the namespace and what was imported, and waits until they are gone; the volume's data only with `purge`. */
export async function remove(
  settings: Settings,
  { purge }: { purge: boolean },
): Promise<{ changed: boolean }> {
  const here = await find(settings);
  await letGoOfVolumes(settings, purge);
  if (here) await $`kubectl delete namespace ${settings.name} --wait=false`;
  await gone(settings);
  if (purge) await volumesGone(settings);
  const imported = await removeImported(settings);
  return { changed: here !== undefined || imported };
}
