import { readFile } from "node:fs/promises";
import { $ } from "zx/core";
import { hasSystemd } from "../../../host/facts.ts";
import type { Outcome } from "../../../run/progress.ts";
import { type Settings } from "../../../run/settings.ts";
import { ROOT } from "../../../run/paths.ts";
import { asRoot } from "../../../run/shell.ts";
import type { Artifacts } from "./artifacts.ts";
import { CONFIG, type Installed, isForeign } from "./installed.ts";
import { isRunning, restart } from "./process.ts";

const BINARY = "/usr/local/bin/k3s";
const IMAGES = "/var/lib/rancher/k3s/agent/images";
/** Why the cluster of this host does not answer, in the last line of kubectl's words; undefined if it does. */
export async function whyNoAnswer(): Promise<string | undefined> {
  const { ok, stderr } = await $({ nothrow: true, timeout: "10s" })`kubectl get --raw /readyz`;
  return ok ? undefined : stderr.trim().split("\n").at(-1) || "no answer in 10 s";
}

/** Whether the cluster of this host answers. */
export const answers = async (): Promise<boolean> => (await whyNoAnswer()) === undefined;

/**
 * Puts the release's files and the settings in place, and starts k3s, or starts it again if any of that changed.
 * Without files it is the wanted version already. A k3s that the kit did not install is left as it is.
 */
export async function ensureK3s(
  settings: Settings,
  here: Installed,
  { files }: { files?: Artifacts },
): Promise<Outcome> {
  if (isForeign(here))
    return { changed: false, note: `${here.version}, not made by this kit: left as it is` };
  const configured = await ensureConfig();
  if (files) await place(files);
  if (!files && !configured && (await isRunning())) return { changed: false, note: here.version };
  if (files && hasSystemd()) {
    const env = ["env", "INSTALL_K3S_SKIP_DOWNLOAD=true", "INSTALL_K3S_SKIP_START=true"];
    await $`${asRoot} ${env} sh ${files.installer}`;
  }
  await restart();
  return { changed: true, note: `${settings.k3s.version} ${here.version ? "started" : "installed"}` };
}

async function ensureConfig(): Promise<boolean> {
  const wanted = await readFile(`${ROOT}deploy/k3s/config.yaml`, "utf8");
  const now = await $({ nothrow: true })`${asRoot} cat ${CONFIG}`;
  if (now.ok && now.stdout === wanted) return false;
  const write = 'mkdir -p "$(dirname "$0")" && cat >"$0"';
  await $({ input: wanted })`${asRoot} sh -c ${write} ${CONFIG}`;
  return true;
}

/** Copies the files to where k3s looks for them, each complete before it has its name. */
async function place({ binary, images }: Artifacts): Promise<void> {
  const name = images.slice(images.lastIndexOf("/") + 1);
  await $`${asRoot} mkdir -p ${IMAGES}`;
  await $`${asRoot} cp ${images} ${IMAGES}/../${name}`;
  await $`${asRoot} mv ${IMAGES}/../${name} ${IMAGES}/${name}`;
  await $`${asRoot} install -m 755 ${binary} ${BINARY}.new`;
  await $`${asRoot} mv ${BINARY}.new ${BINARY}`;
}
