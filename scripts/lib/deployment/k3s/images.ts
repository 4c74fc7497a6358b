import { randomUUID } from "node:crypto";
import { $ } from "zx/core";
import { Failure } from "../../run/failure.ts";
import type { BaseImages } from "../../images/base.ts";
import type { Outcome } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import { asRoot } from "../../run/shell.ts";

/** k3s imports what is here when it starts, and since 1.31.5 at once; what came from here no cleaning removes. */
const DIR = "/var/lib/rancher/k3s/agent/images";
/** On the same file system, so that a move is at once. */
const WORK = "/var/lib/rancher/k3s/agent";

/** The name under which containerd keeps an image. */
function canonical(ref: string): string {
  if (/^[^/]*[.:][^/]*\/|^localhost\//.test(ref)) return ref;
  return ref.includes("/") ? `docker.io/${ref}` : `docker.io/library/${ref}`;
}

/** A file name of its own for each image, that also says that the kit put it there. */
const archiveOf = (ref: string) => `counter-deploy-${ref.replaceAll(/[^a-z0-9.-]+/gi, "_")}.tar`;

async function archives(): Promise<string[]> {
  const { stdout } = await $({ nothrow: true })`${asRoot} ls -t ${DIR}`;
  return stdout.split("\n").filter((file) => file.startsWith("counter-deploy-"));
}

async function images(): Promise<string[]> {
  return (await $`${asRoot} k3s ctr images list --quiet`).stdout.split("\n").filter(Boolean);
}

/** Puts the images into the cluster, which asks no registry for them. */
export async function importImages(settings: Settings, version: string, base: BaseImages): Promise<Outcome> {
  const refs = [`${settings.image}:${version}`, base.redis];
  const [here, files] = await Promise.all([images(), archives()]);
  const missing = refs.filter((ref) => !here.includes(canonical(ref)) || !files.includes(archiveOf(ref)));
  for (const ref of missing) await importImage(ref);
  return { changed: missing.length > 0, ...(missing.length > 0 && { note: missing.join(", ") }) };
}

/** Imports an image of the Docker engine. The archive is moved to its place only when that has worked. */
async function importImage(ref: string): Promise<void> {
  const file = `${WORK}/${randomUUID()}.tar`;
  const write = 'mkdir -p "$1" && cat >"$0"';
  try {
    await $`docker save ${ref} | ${asRoot} sh -c ${write} ${file} ${DIR}`;
    await $`${asRoot} k3s ctr images import ${file}`;
    if (!(await images()).includes(canonical(ref))) throw new Failure(`k3s has no ${ref} after the import`);
    await $`${asRoot} mv ${file} ${DIR}/${archiveOf(ref)}`;
  } finally {
    await $({ nothrow: true })`${asRoot} rm -f ${file}`;
  }
}

/** The versions of the application whose images are kept, the newest first. */
export async function kept(settings: Settings): Promise<string[]> {
  const here = await images();
  const prefix = archiveOf(`${settings.image}:`).replace(/\.tar$/, "");
  const versions = (await archives())
    .filter((file) => file.startsWith(prefix))
    .map((file) => file.slice(prefix.length).replace(/\.tar$/, ""));
  return versions.filter((version) => here.includes(canonical(`${settings.image}:${version}`)));
}

/** Removes versions of the application from the cluster. */
export async function removeVersions(settings: Settings, versions: string[]): Promise<void> {
  for (const version of versions) await removeImage(`${settings.image}:${version}`);
}

async function removeImage(ref: string): Promise<void> {
  await $`${asRoot} rm -f ${DIR}/${archiveOf(ref)}`;
  await $({ nothrow: true })`${asRoot} k3s ctr images remove ${canonical(ref)}`;
}

/** Removes everything that the kit imported, and says whether there was any. */
export async function removeImported(settings: Settings): Promise<boolean> {
  const ours = [`${settings.image}:`, "docker.io/counter-deploy/", canonical(settings.images.redis)];
  const refs = (await images()).filter((ref) => ours.some((prefix) => ref.startsWith(prefix)));
  const files = (await archives()).map((file) => `${DIR}/${file}`);
  if (files.length > 0) await $`${asRoot} rm -f ${files}`;
  if (refs.length > 0) await $({ nothrow: true })`${asRoot} k3s ctr images remove ${refs}`;
  return files.length + refs.length > 0;
}
