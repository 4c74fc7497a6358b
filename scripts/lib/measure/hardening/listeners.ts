import { $ } from "zx/core";
import type { Deployed, Orchestrator, Publisher } from "../../deployment/orchestrator.ts";
import { ownAddress } from "../../host/own-address.ts";
import type { Settings } from "../../run/settings.ts";
import { asRoot } from "../../run/shell.ts";
import { addresses, elsewhere, runApart } from "../apart.ts";
import type { Finding } from "./checks.ts";
import type { Open } from "./ports.ts";

/** What an orchestrator is called in the list of sockets, and the ports that others must reach of it, and what for. */
const PLATFORMS: Record<Orchestrator["name"], { programs: RegExp; needed: Record<number, string> }> = {
  swarm: {
    programs: /^(dockerd|docker-proxy)$/,
    needed: { 2377: "nodes reach the manager", 7946: "nodes tell each other of themselves" },
  },
  k3s: {
    programs: /^(k3s.*|kubelet|kube-.*|containerd)$/,
    needed: { 6443: "the API, for kubectl and nodes", 10250: "the kubelet, for logs and exec" },
  },
};

/** A socket of this host that takes connections from others. */
export interface Listener {
  port: number;
  program: string;
}

/** A port that others reach, or could, were no firewall before it. */
export interface Port extends Partial<Listener>, Partial<Open> {
  port: number;
  publisher?: Publisher | undefined;
}

/** Who looks at which deployment. */
export interface Look {
  platform: Orchestrator["name"];
  /** Of the stack or the namespace. */
  name: string;
  door: number;
  /** Where others reach this host. */
  address: string;
}

/** Looks which ports of this host are open to others, from another network and in its own list. */
export async function lookAtPorts(
  orchestrator: Orchestrator,
  { name }: Settings,
  { port: door }: Pick<Deployed, "port">,
): Promise<Finding[]> {
  const address = await ownAddress();
  if (address === undefined) return [{ ...DOOR, where: "host", seen: "it has no address", met: false }];
  const file = "scripts/lib/measure/hardening/ports-process.ts";
  const open = await runApart<Open[]>(elsewhere(addresses(1)), file, { address });
  const listening = listenersIn((await $`${asRoot} ss -Hltnp`).stdout);
  const numbers = [...new Set([...open, ...listening].map(({ port }) => port))].toSorted((a, b) => a - b);
  const ports = await Promise.all(
    numbers.map(async (port) => ({
      ...listening.find((one) => one.port === port),
      ...open.find((one) => one.port === port),
      port,
      publisher: await orchestrator.publisherOf(port),
    })),
  );
  return portFindings({ platform: orchestrator.name, name, door, address }, ports);
}

/** What `ss -Hltnp` says listens, but for what only this host itself reaches. */
export function listenersIn(text: string): Listener[] {
  return text
    .split("\n")
    .map((line) => /^\S+ +\d+ +\d+ +(\S+):(\d+) +\S+ *(?:users:\(\("([^"]+)")?/.exec(line))
    .filter((found) => found !== null)
    .filter(([, address = ""]) => !/^(127\.|\[::1\]|\[::ffff:127\.)/.test(address))
    .map(([, , port, program = "another user's"]) => ({ port: Number(port), program }));
}

const DOOR = { what: "the front door is open to others" };
const REST = { what: "nothing else of ours is open, but what nodes and kubectl need" };

/** Holds what is open against what has to be. What is not the deployment's or its orchestrator's is only named. */
export function portFindings({ platform, name, door, address }: Look, ports: Port[]): Finding[] {
  const { programs, needed } = PLATFORMS[platform];
  const isOurs = ({ publisher, ours, program = "" }: Port) =>
    publisher ? publisher.deployment === name : (ours ?? false) || programs.test(program);
  const others = ports.filter(({ port }) => port !== door && needed[port] === undefined);
  const told = ports
    .filter(({ port }) => needed[port] !== undefined)
    .map(({ port }) => `${port} (${needed[port]})`);
  const bad = others.filter(isOurs).map(nameOf);
  const there = ports.some(({ port, ours }) => port === door && ours);
  const strange = others.filter((one) => !isOurs(one)).map(nameOf);
  return [
    {
      ...DOOR,
      where: address,
      seen: [
        there ? `port ${door}` : "no",
        ...(strange.length > 0 ? [`not ours: ${strange.join(", ")}`] : []),
      ].join("; "),
      met: there,
    },
    { ...REST, where: address, seen: bad.join(", ") || told.join(", ") || "nothing", met: bad.length === 0 },
  ];
}

const nameOf = ({ port, program, publisher }: Port) =>
  `${port} ${publisher?.text ?? program ?? "no process of its own"}`;
