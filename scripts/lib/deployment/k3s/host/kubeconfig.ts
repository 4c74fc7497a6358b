import { $ } from "zx/core";
import type { Outcome } from "../../../run/progress.ts";
import { asRoot, KUBECONFIG } from "../../../run/shell.ts";

/** A user's copy of the kubeconfig. */
export interface Copy {
  uid: number;
  gid: number;
  dir: string;
  file: string;
}

/**
 * The number of the user who called: the process's own or, for root, the one that sudo names. Undefined for root itself.
 * USER and SUDO_USER say whatever somebody has set, and USER stays after su(1).
 */
export function callerOf(uid: number, { SUDO_UID = "" }: NodeJS.ProcessEnv): number | undefined {
  if (uid !== 0) return uid;
  return /^[1-9]\d*$/.test(SUDO_UID) ? Number(SUDO_UID) : undefined;
}

async function copyOfCaller(): Promise<Copy | undefined> {
  const caller = callerOf(process.getuid?.() ?? 0, process.env);
  if (caller === undefined) return undefined;
  const { stdout } = await $({ nothrow: true })`getent passwd ${caller}`;
  const [, , uid = "0", gid = "0", , home = ""] = stdout.trim().split(":");
  if (uid === "0" || !home) return undefined;
  const dir = `${home}/.kube`;
  return { uid: Number(uid), gid: Number(gid), dir, file: `${dir}/counter-deploy.yaml` };
}

/** Stands before what is done in a user's folders: there, links lead wherever that user may go, and not root. */
const asOwner = ({ uid, gid }: Copy): string[] =>
  process.getuid?.() === uid ? [] : ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];

/** A copy of the kubeconfig for the user who called, if that is not root: theirs alone, and root's stays root's. */
export async function ensureKubeconfig(): Promise<Outcome> {
  const copy = await copyOfCaller();
  if (!copy) return { changed: false, note: KUBECONFIG };
  return { ...(await writeCopy(copy, KUBECONFIG)), note: `export KUBECONFIG=${copy.file}` };
}

const WRITE = 'umask 077 && mkdir -p "$1" && cat >"$2.new" && mv -T "$2.new" "$2"';

/** Writes the copy with its owner's rights alone, unless it is there as it shall be. */
export async function writeCopy(copy: Copy, source: string): Promise<{ changed: boolean }> {
  const { dir, file } = copy;
  const owner = asOwner(copy);
  const compare = $({ nothrow: true });
  const same = await compare`${asRoot} cat ${source} | ${owner} cmp -s - ${file}`;
  if (same.ok) return { changed: false };
  await $`${asRoot} cat ${source} | ${owner} sh -c ${WRITE} sh ${dir} ${file}`;
  return { changed: true };
}

/** Removes the copy of the user who called, if there is one. */
export async function removeKubeconfig(): Promise<void> {
  const copy = await copyOfCaller();
  if (copy) await $({ nothrow: true })`${asOwner(copy)} rm -f ${copy.file}`;
}

/** Where the copy of the user who called is; empty for root. */
export const kubeconfigOfCaller = async (): Promise<string> => (await copyOfCaller())?.file ?? "";
