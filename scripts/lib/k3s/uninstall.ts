import { $ } from "zx/core";
import type { Outcome } from "../progress.ts";
import { ROOT } from "../settings.ts";
import { asRoot } from "../shell.ts";
import { hasSystemd } from "../host.ts";
import { installed, PID_FILE } from "./install.ts";

/** What k3s leaves on a host, and how to list it. */
const TRACES: Record<string, string> = {
  process: "ps -eo args= | grep -oE '^(/[^ ]*/)?(k3s server|containerd-shim\\S* .*k3s|containerd .*k3s)'",
  mount:
    "awk '$2 ~ \"^/(run/k3s|var/lib/rancher|var/lib/kubelet|run/netns/cni-)\" { print $2 }' /proc/self/mounts",
  interface: "ip -oneline link | sed -nE 's/^[0-9]+: ((cni|flannel|veth)[^:@]*).*/\\1/p'",
  chain: "{ iptables-save; ip6tables-save; } 2>/dev/null | sed -nE 's/^:((KUBE|CNI|FLANNEL)[^ ]*).*/\\1/p'",
  file: "ls -d /etc/rancher /var/lib/rancher /var/lib/kubelet /var/lib/cni /run/k3s /run/flannel /var/log/pods /usr/local/bin/k3s* 2>/dev/null",
};

type Footprint = Record<string, string[]>;

async function footprint(): Promise<Footprint> {
  const entries = Object.entries(TRACES).map(async ([kind, command]) => {
    const { stdout } = await $({ nothrow: true })`${asRoot} sh -c ${command}`;
    const names = [...new Set(stdout.split("\n").filter(Boolean))];
    return [kind, names] as [string, string[]];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Removes k3s if the kit installed it, and prints what is gone and what is left to stdout, as a diff. */
export async function uninstall(): Promise<Outcome> {
  const { version, ours } = await installed();
  if (!version) return { changed: false };
  if (!ours) return { changed: false, note: "it was not made by this kit" };
  const before = await footprint();
  if (hasSystemd()) await $`${asRoot} k3s-uninstall.sh`;
  else await $`${asRoot} sh ${ROOT}scripts/lib/k3s/remove.sh ${PID_FILE}`;
  process.stdout.write(difference(before, await footprint()));
  return { changed: true, note: version };
}

/** A line for each kind: how many there were and are, and the names of a few that went or of all that stayed. */
function difference(before: Footprint, after: Footprint): string {
  const rows = Object.entries(before).map(([kind, found]) => {
    const left = after[kind] ?? [];
    const gone = found.filter((name) => !left.includes(name));
    const names = [...gone.slice(0, 3).map((name) => `-${name}`), ...left.map((name) => ` ${name}`)];
    const count = `${kind.padEnd(10)} ${String(found.length).padStart(4)} -> ${left.length}`;
    return `${count}  ${names.join(" ")}${gone.length > 3 ? " ..." : ""}\n`;
  });
  return rows.join("");
}
