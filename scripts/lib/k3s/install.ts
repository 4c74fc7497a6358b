import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { $ } from "zx/core";
import { hasSystemd } from "../host.ts";
import type { Outcome } from "../progress.ts";
import { ROOT, type Settings } from "../settings.ts";
import { asRoot, KUBECONFIG } from "../shell.ts";
import { until } from "../wait.ts";
import type { Artifacts } from "./artifacts.ts";
import { list, type Workload } from "./state.ts";

const BINARY = "/usr/local/bin/k3s";
const IMAGES = "/var/lib/rancher/k3s/agent/images";
/** Says what the kit wants of k3s, beside the files of the user's own; and that this k3s is the kit's. */
const CONFIG = "/etc/rancher/k3s/config.yaml.d/counter-deploy.yaml";
const CONFIG_TEXT = await readFile(`${ROOT}deploy/k3s/config.yaml`, "utf8");
export const PID_FILE = "/run/counter-deploy-k3s.pid";
const LOG = "/var/log/k3s.log";

/** What of k3s is on this host. */
export interface Installed {
  /** Like "v1.36.4+k3s1"; empty if there is none. */
  version: string;
  /** Whether the kit installed it. */
  ours: boolean;
}

/** Finds out what is here, without changing anything. */
export async function installed(): Promise<Installed> {
  const here = (await $({ nothrow: true })`command -v k3s`).ok;
  const { stdout } = here ? await $({ nothrow: true })`${asRoot} k3s --version` : { stdout: "" };
  return { version: /^k3s version (\S+)/m.exec(stdout)?.[1] ?? (here ? "?" : ""), ours: existsSync(CONFIG) };
}

/** Whether somebody else has installed it. */
export const isForeign = ({ version, ours }: Installed) => version !== "" && !ours;

/** Whether the cluster of this host answers. */
export async function answers(): Promise<boolean> {
  return (await $({ nothrow: true, timeout: "10s" })`kubectl get --raw /readyz`).ok;
}

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
  const running = await isRunning();
  if (running && !files && !configured) return { changed: false, note: here.version };
  await start(files, running);
  return { changed: true, note: `${settings.k3s.version} ${here.version ? "started" : "installed"}` };
}

async function ensureConfig(): Promise<boolean> {
  const now = await $({ nothrow: true })`${asRoot} cat ${CONFIG}`;
  if (now.ok && now.stdout === CONFIG_TEXT) return false;
  const write = 'mkdir -p "$(dirname "$0")" && cat >"$0"';
  await $({ input: CONFIG_TEXT })`${asRoot} sh -c ${write} ${CONFIG}`;
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

/** Whether the kit's k3s runs, or is on its way. */
export async function isRunning(): Promise<boolean> {
  if (hasSystemd()) return (await $({ nothrow: true })`systemctl is-active --quiet k3s`).ok;
  return (await $({ nothrow: true })`${asRoot} sh -c ${`kill -0 "$(cat ${PID_FILE})"`}`).ok;
}

/** With systemd by the release's own installer, else as a process that is kept running; pods outlive a restart. */
async function start(files: Artifacts | undefined, running: boolean): Promise<void> {
  if (hasSystemd()) {
    const env = ["env", "INSTALL_K3S_SKIP_DOWNLOAD=true", "INSTALL_K3S_SKIP_START=true"];
    if (files) await $`${asRoot} ${env} sh ${files.installer}`;
    await $`${asRoot} systemctl restart k3s`;
    return;
  }
  if (running) await stop();
  const server = `${ROOT}scripts/lib/k3s/server.sh`;
  await $`${asRoot} sh -c ${`setsid sh "$0" ${PID_FILE} >>${LOG} 2>&1 </dev/null &`} ${server}`;
}

/** Ends the plain process; the pods run on. */
export async function stop(): Promise<void> {
  const pid = (await $({ nothrow: true })`${asRoot} cat ${PID_FILE}`).stdout.trim();
  if (!pid) return;
  await $({ nothrow: true })`${asRoot} kill ${pid}`;
  await until(
    { what: "k3s does not stop", deadline: 60, hint: logHint() },
    async () => !existsSync(`/proc/${pid}`),
  );
}

const logHint = () => (hasSystemd() ? "journalctl -u k3s" : `tail ${LOG}`);

/** Waits until the node is ready and the cluster's DNS answers. */
export async function ready({ deadlines }: Settings): Promise<Outcome> {
  let seen = "the server does not answer";
  const wait = { what: "k3s is not ready", deadline: deadlines.start, seen: () => seen, hint: logHint() };
  await until(wait, async () => {
    if (!existsSync(KUBECONFIG) || !(await answers())) return false;
    seen = "the node is not ready";
    const nodes = await list<Node>("nodes");
    const isReady = ({ status }: Node) =>
      status.conditions.some((one) => one.type === "Ready" && one.status === "True");
    if (nodes.length === 0 || !nodes.every(isReady)) return false;
    seen = "its DNS does not run";
    const [dns] = await list<Workload>("deployments", [
      "--namespace=kube-system",
      "--selector=k8s-app=kube-dns",
    ]);
    return dns !== undefined && (dns.status.readyReplicas ?? 0) >= dns.spec.replicas;
  });
  return {};
}

interface Node {
  status: { conditions: { type: string; status: string }[] };
}

/** A copy of the kubeconfig for the user who called, if that is not root: theirs alone, and root's stays root's. */
export async function ensureKubeconfig(): Promise<Outcome> {
  const user = process.env["SUDO_USER"] ?? process.env["USER"] ?? "root";
  const { stdout } = await $`getent passwd ${user}`;
  const [, , uid = "0", gid = "0", , home = ""] = stdout.trim().split(":");
  if (uid === "0") return { note: KUBECONFIG };
  const copy = `${home}/.kube/counter-deploy.yaml`;
  const note = `export KUBECONFIG=${copy}`;
  if ((await $({ nothrow: true })`${asRoot} cmp -s ${KUBECONFIG} ${copy}`).ok)
    return { changed: false, note };
  await $`${asRoot} install -d -o ${uid} -g ${gid} -m 700 ${home}/.kube`;
  await $`${asRoot} install -o ${uid} -g ${gid} -m 600 ${KUBECONFIG} ${copy}`;
  return { changed: true, note };
}
