import { $ } from "zx/core";
import { EXIT, Failure } from "../../run/failure.ts";
import type { Settings } from "../../run/settings.ts";
import { asRoot } from "../../run/shell.ts";
import { until } from "../../run/wait.ts";
import { list, ours, type Workload } from "./state.ts";

/** Redis' user in the image and in the manifests. */
const REDIS = 999;

interface PersistentVolume {
  metadata: { name: string };
  spec: {
    claimRef?: { namespace: string; name: string };
    persistentVolumeReclaimPolicy: string;
    hostPath?: { path: string };
    local?: { path: string };
  };
  status: { phase: string; message?: string };
}

/** The claims that the pods of a StatefulSet make, by name (kubernetes.io, "StatefulSets": "Stable Storage"). */
export const claimsOf = ({ metadata, spec: { replicas, volumeClaimTemplates = [] } }: Workload): string[] =>
  volumeClaimTemplates.flatMap((claim) =>
    Array.from({ length: replicas }, (_, index) => `${claim.metadata.name}-${metadata.name}-${index}`),
  );

async function volumes({ name }: Settings): Promise<PersistentVolume[]> {
  const all = await list<PersistentVolume>("persistentvolumes");
  return all.filter(({ spec }) => spec.claimRef?.namespace === name);
}

const patch = ({ metadata }: PersistentVolume, spec: object) =>
  $`kubectl patch persistentvolume ${metadata.name} --patch ${JSON.stringify({ spec })}`;

/** Lets volumes that a teardown has kept be bound again: by the same claim, which is a new object now. */
export async function adoptVolumes(settings: Settings): Promise<void> {
  for (const volume of await volumes(settings)) {
    if (volume.status.phase === "Released")
      await patch(volume, { claimRef: { uid: null, resourceVersion: null } });
  }
}

/**
 * Waits for the volumes, and makes the folder of each writable for Redis where it is not, as soon as it is there. Older
 * local-path provisioners make it 0700 and root's (tried: 0.0.19), fsGroup does not apply to such volumes, and restricted
 * pod security allows no pod that could change it; the kit is root on the one node there is.
 */
export async function openVolumes(settings: Settings): Promise<void> {
  const sets = await list<Workload>("statefulsets", ours(settings));
  const claims = sets.flatMap(claimsOf);
  const open = new Set<string>();
  const wait = { what: "Redis has no volume", deadline: settings.deadlines.converge, hint: "make status" };
  await until(wait, async () => {
    const bound = (await volumes(settings)).filter(({ status }) => status.phase === "Bound");
    for (const volume of bound) {
      const claim = volume.spec.claimRef?.name ?? "";
      if (!open.has(claim)) await openFolder(volume);
      open.add(claim);
    }
    return claims.every((claim) => open.has(claim));
  });
}

async function openFolder({ spec }: PersistentVolume): Promise<void> {
  const path = (spec.hostPath ?? spec.local)?.path;
  // On another node, the kit is not root and cannot help.
  const here = path ? await $({ nothrow: true })`${asRoot} stat --format '%u %a' ${path}` : undefined;
  if (!path || !here?.ok) return;
  const [uid, mode = ""] = here.stdout.trim().split(" ");
  const writable = Number(uid) === REDIS || /[2367]$/.test(mode);
  if (!writable) await $`${asRoot} chown ${REDIS}:${REDIS} ${path}`;
}

/** Says what becomes of the volumes when their claims go, which is next: they stay, or their data is deleted. */
export async function letGoOfVolumes(settings: Settings, purge: boolean): Promise<void> {
  const policy = purge ? "Delete" : "Retain";
  for (const volume of await volumes(settings)) {
    if (volume.spec.persistentVolumeReclaimPolicy !== policy)
      await patch(volume, { persistentVolumeReclaimPolicy: policy });
  }
}

/** Waits until the volumes that were let go are deleted. Throws a Failure when the cluster cannot do that. */
export async function volumesGone(settings: Settings): Promise<void> {
  const wait = { what: "the volume is not deleted", deadline: settings.deadlines.remove };
  await until(wait, async () => {
    const left = await volumes(settings);
    const failed = left.find(({ status }) => status.phase === "Failed");
    if (failed) throw undeleted(failed);
    return left.length === 0;
  });
}

function undeleted({ metadata, spec, status }: PersistentVolume): Failure {
  const path = (spec.hostPath ?? spec.local)?.path;
  const remove = `${path ? "remove that folder, and " : ""}k3s kubectl delete persistentvolume ${metadata.name}`;
  return new Failure(`the volume ${metadata.name} is not deleted: ${status.message ?? "no reason given"}`, {
    code: EXIT.failed,
    ...(path && { lines: [`its data is still in ${path}`] }),
    hint: `${remove}, then make teardown PURGE=1`,
  });
}
