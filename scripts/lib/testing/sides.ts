import type { TestHost } from "./host.ts";
import { type Machine, whyNoMachine } from "./machine.ts";

/** What the end-to-end tests have to know of an orchestrator; all else is the same for both. */
export interface Side {
  name: "swarm";
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
