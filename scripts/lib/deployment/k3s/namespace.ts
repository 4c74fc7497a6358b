import { $ } from "zx/core";
import { EXIT, Failure } from "../../run/failure.ts";
import type { Neighbour, RemoveOptions } from "../orchestrator.ts";
import type { Outcome } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import { until } from "../../run/wait.ts";
import { answers } from "./host/install.ts";
import { installed, isForeign } from "./host/installed.ts";
import { removeImported } from "./images.ts";
import { type Condition, list, type Metadata } from "./state.ts";
import { letGoOfVolumes, volumesGone } from "./volumes.ts";

/** On the namespace that the kit made; another of the same name is somebody else's. */
const MANAGED = "app.kubernetes.io/managed-by";
const KIT = "counter-deploy";

interface Namespace {
  metadata: Metadata;
  status: { phase: string; conditions?: Condition[] };
}

/** As the cluster has it; undefined if it has none. */
export async function findNamespace({ name }: Settings): Promise<Namespace | undefined> {
  const [found] = await list<Namespace>("namespaces", [`--field-selector=metadata.name=${name}`]);
  return found;
}

const isOurs = ({ metadata }: Namespace) => metadata.labels?.[MANAGED] === KIT;

/** Why the counter cannot have its namespace; undefined if it can. */
export async function namespaceProblem(settings: Settings): Promise<string | undefined> {
  const here = await findNamespace(settings);
  if (!here || isOurs(here)) return undefined;
  return `the namespace ${settings.name} is there and not this kit's: choose another name in deploy/settings.yaml`;
}

/** The namespaces but this one in which something runs that is not k3s' own. */
export async function neighbours({ name }: Settings): Promise<Neighbour[]> {
  if (!(await answers())) return [];
  const [namespaces, running] = await Promise.all([
    list<Namespace>("namespaces"),
    list<{ metadata: Metadata }>("pods", ["--all-namespaces"]),
  ]);
  const others = namespaces.filter(
    (one) => one.metadata.name !== name && !one.metadata.name.startsWith("kube-"),
  );
  return others
    .filter((one) => running.some(({ metadata }) => metadata.namespace === one.metadata.name))
    .map((one) => ({ name: one.metadata.name, ours: isOurs(one) }));
}

/** What keeps a namespace from being gone, in the cluster's words: as a rule an API that does not answer. */
function obstacles(namespace: Namespace | undefined): string {
  const conditions = namespace?.status.conditions?.filter(({ status }) => status === "True") ?? [];
  return conditions.map(({ message }) => message).join("; ");
}

async function gone(settings: Settings, despiteInterrupt = false): Promise<void> {
  let seen = "";
  const { remove: deadline } = settings.deadlines;
  const wait = { what: "the namespace is not gone", deadline, seen: () => seen, despiteInterrupt };
  await until(
    { ...wait, hint: "k3s kubectl get pods,apiservices -A: what does not go, or does not answer, keeps it" },
    async () => {
      const namespace = await findNamespace(settings);
      seen = obstacles(namespace);
      return !namespace;
    },
  );
}

/** Makes the namespace unless it is there; one that is on its way out is waited for, and refused if it stays. */
export async function awaitNamespace(settings: Settings): Promise<void> {
  const here = await findNamespace(settings);
  if (here?.status.phase === "Active") return;
  if (here) {
    await gone(settings).catch((error: Failure) => {
      if (error.code !== EXIT.timedOut) throw error;
      throw new Failure(error.message, { ...error.details, code: EXIT.refused });
    });
  }
  const metadata = { name: settings.name, labels: { [MANAGED]: KIT } };
  const input = JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata });
  await $({ input })`kubectl create --save-config --filename -`;
}

/** Removes the namespace and what was imported, and waits until they are gone; the volume's data only with `purge`. */
export async function remove(
  settings: Settings,
  { purge, despiteInterrupt }: RemoveOptions,
): Promise<Outcome> {
  // What provision made goes next, with all that is on it: also where it does not answer, or is there by half.
  if (purge && !isForeign(await installed()) && !(await answers()))
    return { changed: false, note: "no k3s answers" };
  const here = await findNamespace(settings);
  if (here && !isOurs(here)) return { changed: false, note: "the namespace is not this kit's" };
  await letGoOfVolumes(settings, purge);
  if (here) await $`kubectl delete namespace ${settings.name} --wait=false`;
  await gone(settings, despiteInterrupt);
  if (purge) await volumesGone(settings);
  const shared = (await neighbours(settings)).some(({ ours }) => ours);
  const imported = !shared && (await removeImported(settings));
  return { changed: here !== undefined || imported };
}
