import { createHash } from "node:crypto";
import { $ } from "zx/core";
import { asRoot } from "../run/shell.ts";

/**
 * Makes a network namespace that reaches the world through this machine, and returns its address. The addresses are
 * from 198.18.0.0/15, which RFC 2544 sets aside for tests between networks.
 */
export async function network(namespace: string): Promise<string> {
  const { stdout: routes } = await $`ip route`;
  // Machines that start at the same time look for one from different places on.
  const start = Number.parseInt(createHash("sha256").update(namespace).digest("hex").slice(0, 2), 16);
  const nets = Array.from({ length: 256 }, (_, i) => `198.18.${(start + i) % 256}`);
  const free = nets.find((net) => !routes.includes(`${net}.`));
  const [outer, inner] = linkNames(namespace);
  const inside = [...asRoot, "ip", "-n", namespace];
  await $`${asRoot} ip netns add ${namespace}`;
  await $`${asRoot} ip link add ${outer} type veth peer name ${inner} netns ${namespace}`;
  await $`${asRoot} ip address add ${free}.1/30 dev ${outer}`;
  await $`${asRoot} ip link set ${outer} up`;
  await $`${inside} address add ${free}.2/30 dev ${inner}`;
  await $`${inside} link set ${inner} up`;
  await $`${inside} link set lo up`;
  await $`${inside} route add default via ${free}.1`;
  await $`${asRoot} sysctl -q -w net.ipv4.ip_forward=1`;
  for (const rule of rules(namespace, `${free}.0/30`)) await $`${asRoot} iptables -w ${rule}`;
  return `${free}.2`;
}

/** Removes the namespace, its link and its rules, as far as they are there. */
export async function unlink(namespace: string): Promise<void> {
  const [outer] = linkNames(namespace);
  await $({ nothrow: true })`${asRoot} ip link delete ${outer}`;
  await $({ nothrow: true })`${asRoot} ip netns delete ${namespace}`;
  for (const table of ["nat", "filter"]) {
    const { stdout } = await $`${asRoot} iptables -w -t ${table} -S`;
    for (const line of stdout.split("\n").filter((rule) => rule.includes(`--comment ${namespace}`))) {
      const [, ...rule] = line.split(" ");
      await $`${asRoot} iptables -w -t ${table} -D ${rule}`;
    }
  }
}

/** Names of network links have 15 characters at most. */
const linkNames = (namespace: string) =>
  [`${namespace.slice(0, 13)}-o`, `${namespace.slice(0, 13)}-i`] as const;

/** The comment is what they are found by again. Accepting comes first: an engine of the user's drops what it forwards. */
const rules = (namespace: string, net: string) => {
  const mark = ["-m", "comment", "--comment", namespace];
  return [
    ["-t", "nat", "-A", "POSTROUTING", "-s", net, "!", "-d", net, ...mark, "-j", "MASQUERADE"],
    ["-I", "FORWARD", "-s", net, ...mark, "-j", "ACCEPT"],
    ["-I", "FORWARD", "-d", net, ...mark, "-j", "ACCEPT"],
  ];
};
