import { $ } from "zx/core";
import type { Change, Part, Snapshot } from "../orchestrator.ts";
import type { Settings } from "../../run/settings.ts";
import { findNamespace } from "./namespace.ts";
import { list, type Metadata, ours } from "./state.ts";

/** The kinds that a deployment is made of. */
const KINDS = "deployments,statefulsets,services,configmaps,networkpolicies,poddisruptionbudgets";
/** Written by the cluster while it works, and no part of what was asked for. */
const WRITTEN = ["resourceVersion", "uid", "generation", "creationTimestamp", "managedFields", "selfLink"];
const REVISION = "deployment.kubernetes.io/revision";

interface Manifest {
  kind: string;
  metadata: Metadata & Record<string, unknown>;
  spec?: { template?: object };
}

/** What the cluster was told of the deployment. */
export async function snapshot(settings: Settings): Promise<Snapshot> {
  const found = await list<Manifest>(`${KINDS},pods`, ours(settings));
  const manifests = found.filter(({ kind }) => kind !== "Pod");
  const pods = found.filter(({ kind }) => kind === "Pod");
  const { name } = settings;
  // What is in a namespace says that there is one.
  const namespace = found.length > 0 || (await findNamespace(settings));
  return {
    parts: {
      ...(namespace && { [`namespace/${name}`]: { definition: { name } } }),
      ...Object.fromEntries(manifests.map((one) => [nameOf(one), partOf(one)])),
    },
    processes: pods.map(({ metadata }) => metadata.name),
  };
}

const nameOf = ({ kind, metadata }: Manifest) => `${kind.toLowerCase()}/${metadata.name}`;

/** As it can be given to the cluster again. */
function partOf(manifest: Manifest): Part {
  const { status: _, ...definition } = structuredClone(manifest) as Manifest & { status?: unknown };
  for (const key of WRITTEN) delete definition.metadata[key];
  delete definition.metadata.annotations?.[REVISION];
  const template = definition.spec?.template;
  return template ? { definition, template } : { definition };
}

/** Gives every object back what it was told before the change, and removes those that there were not. */
export async function undo(settings: Settings, { undoable, created, before }: Change): Promise<void> {
  const inside = ["--namespace", settings.name];
  const items = undoable.map((name) => before.parts[name]!.definition);
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  if (items.length > 0) await $({ input })`kubectl replace ${inside} --filename -`;
  if (created.length > 0) await $`kubectl delete ${inside} --ignore-not-found --wait=false ${created}`;
}
