import { $ } from "zx/core";
import type { Settings } from "../settings.ts";
import { until } from "../wait.ts";
import { list } from "./state.ts";

interface PersistentVolume {
  metadata: { name: string };
  spec: { claimRef?: { namespace: string }; persistentVolumeReclaimPolicy: string };
  status: { phase: string };
}

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

/** Says what becomes of the volumes when their claims go, which is next: they stay, or their data is deleted. */
export async function letGoOfVolumes(settings: Settings, purge: boolean): Promise<void> {
  const policy = purge ? "Delete" : "Retain";
  for (const volume of await volumes(settings)) {
    if (volume.spec.persistentVolumeReclaimPolicy !== policy)
      await patch(volume, { persistentVolumeReclaimPolicy: policy });
  }
}

/** Waits until the volumes that were let go are deleted, or the cluster says that it cannot do that. */
export async function volumesGone(settings: Settings): Promise<void> {
  const wait = { what: "the volume is not deleted", deadline: settings.deadlines.remove };
  await until(wait, async () => (await volumes(settings)).every(({ status }) => status.phase === "Failed"));
}
