import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { $ } from "zx/core";
import { artifactsFolder, lacking } from "../deployment/k3s/host/artifacts.ts";
import { readSettings } from "../run/settings.ts";
import type { TestHost } from "./host.ts";
import type { OwnTest } from "./list.ts";
import { k3sTests } from "./k3s-tests.ts";
import { swarmTests } from "./swarm-tests.ts";
import { type Machine, whyNoMachine } from "./machine.ts";
import { k3sParts, type Parts, swarmParts } from "./parts.ts";

/** What the end-to-end tests have to know of an orchestrator; all else is the same for both. */
export interface Side {
  name: "swarm" | "k3s";
  parts: Parts;
  /** Why it cannot be tested here; undefined if it can. */
  whyNot: () => Promise<string | undefined>;
  /** Readies the copy of the checkout for this machine. */
  prepare: (host: TestHost) => Promise<void>;
  /** What an administrator would do right before the first provision. */
  beforeProvision: (host: TestHost) => Promise<void>;
  /** Milliseconds that a provision may take when there is nothing to do. */
  unchanged: number;
  /** What an unprovisioned machine makes deploy say. */
  missing: RegExp;
  /** What a deployment says when the orchestrator is away, before it changed anything. */
  away: RegExp;
  /** The programs that their containers run again when they end. */
  keptRunning: string[];
  /** Milliseconds after which writes are back when the container of Redis was killed. */
  redisBack: number;
  /** Requests that fail at most when a replica is killed under four clients. */
  failuresOfKill: number;
  /** Identifies the processes that run. */
  running: (host: TestHost) => Promise<string[]>;
  /** How often the orchestrator had to try again to start a replica, for a fault of its own. */
  startsTriedAgain: (host: TestHost) => Promise<number>;
  /** Stops the orchestrator, and nothing that it runs on purpose. */
  halt: (machine: Machine, host: TestHost) => Promise<void>;
  resume: (machine: Machine, host: TestHost) => Promise<void>;
  /** What there is no counterpart of on the other side. */
  own: OwnTest[];
}

const ARTIFACTS = artifactsFolder();
const TEMPLATE = `${ARTIFACTS}/config.toml.tmpl`;

const lines = (text: string) => text.split("\n").filter(Boolean).toSorted();

export const swarm: Side = {
  name: "swarm",
  parts: swarmParts,
  whyNot: whyNoMachine,
  prepare: async () => {},
  beforeProvision: async () => {},
  unchanged: 3000,
  missing: /not a Swarm manager: make provision/,
  away: /no Docker engine answers/,
  keptRunning: ["redis-server", "haproxy"],
  redisBack: 10_000,
  failuresOfKill: 4,
  running: async (host) => lines((await host.exec(["docker", "ps", "--quiet", "--no-trunc"])).stdout),
  // Where several start at once, Docker 20.10 may fail to start one: "mount tmpfs ... device or resource busy".
  startsTriedAgain: async (host) => {
    const { stdout } = await host.exec(["docker", "service", "ps", "--no-trunc", "counter_app"]);
    return lines(stdout).filter((task) => task.includes("unable to remount dir as readonly")).length;
  },
  halt: (machine) => machine.halt(),
  resume: (machine) => machine.resume(),
  own: swarmTests,
};

export const k3s: Side = {
  name: "k3s",
  parts: k3sParts,
  whyNot: async () => {
    const missing = lacking(ARTIFACTS);
    if (missing.length > 0) return `needs the files of a k3s release in ${ARTIFACTS}: ${missing.join(", ")}`;
    if ((await $({ nothrow: true })`ps -eo comm= | grep -qE '^(kubelet|k3s-server)'`).ok)
      return "needs a machine on which no other Kubernetes runs";
    return whyNoMachine();
  },
  // The release that is at hand need not be the pinned one, nor bring the metrics server, without which no namespace goes.
  prepare: async (host) => {
    const config =
      "mkdir -p /etc/rancher/k3s && echo 'disable: [metrics-server]' >/etc/rancher/k3s/config.yaml";
    await host.exec(["sh", "-c", config]);
    const binary = await readFile(`${ARTIFACTS}/k3s`, "latin1");
    const [version] = /v\d+\.\d+\.\d+(-rc\d+)?\+k3s\d+/.exec(binary)!;
    await host.edit("deploy/settings.yaml", readSettings({}).k3s.version, version);
  },
  // What containerd needs on this machine, if anything: k3s takes it from there (docs.k3s.io, "Configuring containerd").
  beforeProvision: async (host) => {
    if (!existsSync(TEMPLATE)) return;
    await host.exec([
      "install",
      "-D",
      TEMPLATE,
      "/var/lib/rancher/k3s/agent/etc/containerd/config.toml.tmpl",
    ]);
  },
  unchanged: 5000,
  missing: /no k3s answers: make provision ORCHESTRATOR=k3s/,
  away: /no k3s answers/,
  keptRunning: [],
  redisBack: 3000,
  // kube-proxy sends new connections to a dead replica until the kubelet has noticed; it tries none elsewhere.
  failuresOfKill: 20,
  running: async (host) => {
    const { stdout } = await host.exec([
      "k3s",
      "kubectl",
      "get",
      "pods",
      "-A",
      "-o",
      "jsonpath={.items[*].metadata.uid}",
    ]);
    return stdout.split(" ").toSorted();
  },
  startsTriedAgain: async () => 0,
  halt: async (_machine, host) => {
    await host.exec([
      "sh",
      "-c",
      'kill "$(cat /run/counter-deploy-k3s.pid)"; while pidof k3s-server; do sleep 0.1; done',
    ]);
  },
  resume: async (_machine, host) => void (await host.run("provision", { ORCHESTRATOR: "k3s" })),
  own: k3sTests,
};
