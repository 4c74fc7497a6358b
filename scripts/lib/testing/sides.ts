import { $ } from "zx/core";
import { ARTIFACTS, lacking } from "../k3s/artifacts.ts";
import { readSettings } from "../settings.ts";
import type { TestHost } from "./host.ts";
import { type Machine, whyNoMachine } from "./machine.ts";

/** What the end-to-end tests have to know of an orchestrator; all else is the same for both. */
export interface Side {
  name: "swarm" | "k3s";
  /** Why it cannot be tested here; undefined if it can. */
  whyNot: () => Promise<string | undefined>;
  /** Readies the copy of the checkout for this machine. */
  prepare: (host: TestHost) => Promise<void>;
  /** Milliseconds that a provision may take when there is nothing to do. */
  unchanged: number;
  /** What an unprovisioned machine makes deploy say. */
  missing: RegExp;
  /** What a deployment says when the orchestrator is away, before it changed anything. */
  away: RegExp;
  /** Identifies the processes that run. */
  running: (host: TestHost) => Promise<string[]>;
  /** Stops the orchestrator, and nothing that it runs on purpose. */
  halt: (machine: Machine, host: TestHost) => Promise<void>;
  resume: (machine: Machine, host: TestHost) => Promise<void>;
}

const lines = (text: string) => text.split("\n").filter(Boolean).toSorted();

export const swarm: Side = {
  name: "swarm",
  whyNot: whyNoMachine,
  prepare: async () => {},
  unchanged: 3000,
  missing: /not a Swarm manager: make provision/,
  away: /no Docker engine answers/,
  running: async (host) => lines((await host.exec(["docker", "ps", "--quiet", "--no-trunc"])).stdout),
  halt: (machine) => machine.halt(),
  resume: (machine) => machine.resume(),
};

export const k3s: Side = {
  name: "k3s",
  whyNot: async () => {
    const missing = lacking(ARTIFACTS);
    if (missing.length > 0) return `needs the files of a k3s release in ${ARTIFACTS}: ${missing.join(", ")}`;
    if ((await $({ nothrow: true })`ps -eo comm= | grep -qE '^(kubelet|k3s-server)'`).ok)
      return "needs a machine on which no other Kubernetes runs";
    return whyNoMachine();
  },
  // The release that is at hand need not be the pinned one.
  prepare: async (host) => {
    const file = "/usr/local/bin/k3s-at-hand";
    await host.exec(["install", "-m", "755", `${ARTIFACTS}/k3s`, file]);
    const { stdout } = await host.exec([file, "--version"]);
    await host.exec(["sh", "-c", `rm -rf ${file} /var/lib/rancher/*`]);
    const [, version = ""] = /^k3s version (\S+)/.exec(stdout) ?? [];
    await host.edit("deploy/settings.yaml", readSettings({}).k3s.version, version);
  },
  unchanged: 5000,
  missing: /no k3s answers: make provision ORCHESTRATOR=k3s/,
  away: /no k3s answers/,
  running: async (host) => {
    const { stdout } = await host.exec(["k3s", "kubectl", "get", "pods", "-A", "-o", "jsonpath={.items[*].metadata.uid}"]);
    return stdout.split(" ").toSorted();
  },
  halt: async (_machine, host) => {
    await host.exec(["sh", "-c", 'kill "$(cat /run/counter-deploy-k3s.pid)"; while pidof k3s-server; do sleep 0.1; done']);
  },
  resume: async (_machine, host) => void (await host.run("provision", { ORCHESTRATOR: "k3s" })),
};
