import { $ } from "zx/core";
import type { Outcome } from "../../../run/progress.ts";
import { asRoot, KUBECONFIG } from "../../../run/shell.ts";

/** Whose copy of the kubeconfig it is, and where; undefined for root, whose the original is. */
export async function userKubeconfig() {
  const user = process.env["SUDO_USER"] ?? process.env["USER"] ?? "root";
  const { stdout } = await $({ nothrow: true })`getent passwd ${user}`;
  const [, , uid = "0", gid = "0", , home = ""] = stdout.trim().split(":");
  if (uid === "0") return undefined;
  return { uid, gid, dir: `${home}/.kube`, file: `${home}/.kube/counter-deploy.yaml` };
}

/** A copy of the kubeconfig for the user who called, if that is not root: theirs alone, and root's stays root's. */
export async function ensureKubeconfig(): Promise<Outcome> {
  const copy = await userKubeconfig();
  if (!copy) return { changed: false, note: KUBECONFIG };
  const { uid, gid, dir, file } = copy;
  const note = `export KUBECONFIG=${file}`;
  if ((await $({ nothrow: true })`${asRoot} cmp -s ${KUBECONFIG} ${file}`).ok)
    return { changed: false, note };
  await $`${asRoot} install -d -o ${uid} -g ${gid} -m 700 ${dir}`;
  await $`${asRoot} install -o ${uid} -g ${gid} -m 600 ${KUBECONFIG} ${file}`;
  return { changed: true, note };
}
