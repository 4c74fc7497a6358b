import { existsSync, readdirSync, readFileSync } from "node:fs";
import { $ } from "zx/core";
import { sizeProblems } from "../../../host/facts.ts";
import { portsProblems } from "../../../host/port.ts";
import type { Settings } from "../../../run/settings.ts";
import { answers } from "./install.ts";
import { type Installed, isForeign } from "./installed.ts";
import { isRunning } from "./process.ts";

/** Of the API server and of the kubelet (docs.k3s.io, "Inbound Rules for K3s Nodes"). */
const PORTS = [6443, 10250];
/** GiB that a server needs (docs.k3s.io, "Requirements"), and of disk for its images and volumes. */
const MEMORY = 2;
const DISK = 3;
/** The first minor version whose kubelet refuses cgroup v1 unless told otherwise (KEP-5573). */
const NO_CGROUP_V1 = 35;
const CONFIG = "/etc/rancher/k3s";
const CGROUP_V2 = "/sys/fs/cgroup/cgroup.controllers";

/** What keeps k3s from being installed here, or the one that is here from serving. */
export async function k3sHostProblems(settings: Settings, here: Installed): Promise<(string | undefined)[]> {
  if (isForeign(here)) {
    const what = `k3s ${here.version} is installed here, not by this kit, and does not answer`;
    return [(await answers()) ? undefined : `${what}: start it, or remove it with k3s-uninstall.sh`];
  }
  return [
    ...sizeProblems("/var/lib/rancher", here.version ? 1 : DISK, MEMORY),
    await routeProblem(),
    cgroupProblem(settings.k3s.version, !existsSync(CGROUP_V2), allowsCgroupV1()),
    ...((await isRunning()) ? [] : await portsProblems(PORTS, "k3s")),
  ];
}

/** k3s takes its address from the default route, and ends without one. */
async function routeProblem(): Promise<string | undefined> {
  const { stdout } = await $({ nothrow: true })`ip route show default; ip -6 route show default`;
  return stdout.trim() ? undefined : "there is no default route, which k3s needs, also without a network";
}

/** Why the kubelet of a release does not start; v1 and allowed say whether the host has it and the settings allow it. */
export function cgroupProblem(version: string, v1: boolean, allowed: boolean): string | undefined {
  const minor = Number(version.split(".")[1]);
  if (minor < NO_CGROUP_V1 || !v1 || allowed) return undefined;
  return (
    `this host has cgroup v1, which the kubelet of ${version} refuses: boot with systemd.unified_cgroup_hierarchy=1, ` +
    `or set kubelet-arg: [fail-cgroupv1=false] in ${CONFIG}/config.yaml`
  );
}

/** Whether the user's own settings of k3s say so. */
function allowsCgroupV1(): boolean {
  const dropIns = `${CONFIG}/config.yaml.d`;
  const names = existsSync(dropIns) ? readdirSync(dropIns).map((name) => `${dropIns}/${name}`) : [];
  return [`${CONFIG}/config.yaml`, ...names].some((file) => {
    return existsSync(file) && /fail-cgroupv1=false/.test(readFileSync(file, "utf8"));
  });
}
