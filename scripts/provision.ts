#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// From a bare machine to one that the counter can be deployed to: installs the distribution's engine unless one runs,
// and initialises Docker Swarm or installs k3s. Changes nothing that is right already.
//
//   make provision
//   scripts/provision.ts --advertise-addr=10.0.0.5
//   scripts/provision.ts --orchestrator=k3s --k3s-artifacts=/media/k3s

import { choose, ORCHESTRATORS } from "./lib/deployment/choose.ts";
import { distribution } from "./lib/host/facts.ts";
import { refuse } from "./lib/run/failure.ts";
import { portProblem } from "./lib/deployment/port.ts";
import { progress } from "./lib/run/progress.ts";
import { verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "provision",
    summary: "Installs and starts Docker, and initialises Swarm or installs k3s.",
    options: ["orchestrator", "advertiseAddr", "k3sArtifacts", "port", "baseImages"],
    example: "make provision ORCHESTRATOR=k3s",
    exclusive: true,
  },
  async ({ settings, options }) => {
    const orchestrator = await choose(options);
    const steps = await orchestrator.provisionSteps(settings, options);
    const { step, done } = progress(`Provision ${orchestrator.platform}`, steps.length + 1);
    await step("Preflight", async () => {
      refuse([
        ...(await orchestrator.hostProblems(settings)),
        await portProblem(settings, orchestrator, Object.values(ORCHESTRATORS)),
      ]);
      return { note: distribution().name };
    });
    for (const [name, action] of steps) await step(name, action);
    done();
  },
);
