import { $ } from "zx/core";
import type { Outcome } from "../../../run/progress.ts";
import { ROOT } from "../../../run/paths.ts";
import { asRoot } from "../../../run/shell.ts";
import { installed } from "./installed.ts";
import { kubeconfigOfCaller, removeKubeconfig } from "./kubeconfig.ts";
import { PID_FILE } from "./process.ts";

/** Of the pods, where nothing else is set (docs.k3s.io, "cluster-cidr"). */
const NETWORK = "10.42.0.0/16";

/** How to list what k3s has on a host. Rules of older flannels carry no name, only the network of the pods. */
const traces = (network: string, kubeconfig: string): Record<string, string> => ({
  process:
    "ps -eo stat=,args= | awk '!/^Z/ && /([k]3s[ \\/]server|[c]ontainerd.* \\/run\\/k3s\\/)/ { $1 = \"\"; print }' | cut -c 2-60",
  mount:
    "awk '$2 ~ \"^/(run/k3s|var/lib/rancher/k3s|var/lib/kubelet|run/netns/cni-)\" { print $2 }' /proc/self/mounts",
  interface: "ip -oneline link | sed -nE 's/^[0-9]+: ((cni|flannel)[^:@]*).*/\\1/p'",
  rule: `{ iptables-save; ip6tables-save; } 2>/dev/null | grep -E -- '^-A .*(KUBE-|CNI-|flannel|${network})'`,
  cgroup: "find /sys/fs/cgroup -type d -path '*kubepods*'",
  file: `ls -d /etc/rancher/k3s/k3s.yaml /etc/rancher/k3s/config.yaml.d/counter-deploy.yaml /etc/rancher/node \
    /var/lib/rancher/k3s /var/lib/kubelet /var/lib/cni /run/k3s /run/flannel /var/log/pods /var/log/containers \
    /usr/libexec/kubernetes /usr/local/bin/k3s* /etc/systemd/system/k3s.service* ${PID_FILE} ${kubeconfig}`,
});

type Footprint = Record<string, string[]>;

async function footprint(network: string, kubeconfig: string): Promise<Footprint> {
  const entries = Object.entries(traces(network, kubeconfig)).map(async ([kind, command]) => {
    const { stdout } = await $({ nothrow: true })`${asRoot} sh -c ${command}`;
    return [kind, stdout.split("\n").filter(Boolean)] as [string, string[]];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Removes k3s if the kit installed it, and prints what is gone and what is left to stdout, as a diff. */
export async function uninstall(): Promise<Outcome> {
  const { version, ours } = await installed();
  if (!version && !ours) return { changed: false };
  if (!ours) return { changed: false, note: "it was not made by this kit" };
  const subnet = await $({ nothrow: true })`${asRoot} sed -n s/^FLANNEL_NETWORK=//p /run/flannel/subnet.env`;
  const network = subnet.stdout.trim() || NETWORK;
  const copy = await kubeconfigOfCaller();
  const before = await footprint(network, copy);
  await $`${asRoot} sh ${ROOT}scripts/lib/deployment/k3s/host/remove.sh ${PID_FILE} ${network}`;
  await removeKubeconfig();
  process.stdout.write(differenceText(before, await footprint(network, copy)));
  return { changed: true, note: version };
}

/** A line for each kind: how many there were and are, and the names of a few that went and of all that stayed. */
export function differenceText(before: Footprint, after: Footprint): string {
  const rows = Object.entries(before).map(([kind, found]) => {
    const left = after[kind] ?? [];
    const gone = found.filter((one) => !left.includes(one));
    const names = [...gone.slice(0, 3).map((one) => `-${one}`), ...left.map((one) => `=${one}`)];
    const count = `${kind.padEnd(10)} ${String(found.length).padStart(4)} -> ${left.length}`;
    return `${count}  ${names.join("  ")}${gone.length > 3 ? "  ..." : ""}`.trimEnd();
  });
  return `${rows.join("\n")}\n`;
}
