#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Builds the counter's image, deploys it to Docker Swarm and verifies it through the front door. If that fails, the version
// before serves on (exit code 4).
//
//   make deploy-swarm
//   scripts/deploy-swarm.ts --replicas=2 --port=8080

import { ORCHESTRATORS } from "./lib/deployment/choose.ts";
import { deploy } from "./lib/deployment/deploy.ts";
import { serving } from "./lib/deployment/deployed.ts";
import { EXTERNAL_OPTIONS } from "./lib/run/options.ts";
import { verb } from "./lib/run/verb.ts";

const { swarm } = ORCHESTRATORS;

process.exitCode = await verb(
  {
    name: "deploy-swarm",
    summary: "Builds, deploys and verifies the counter on Docker Swarm.",
    options: ["replicas", "port", "redis", "wait", "from", "yes", "baseImages", ...EXTERNAL_OPTIONS],
    example: "make deploy-swarm REPLICAS=2 PORT=8080",
    exclusive: true,
    serving: ({ settings }) => serving(swarm, settings),
  },
  ({ settings, options }) => deploy(swarm, Object.values(ORCHESTRATORS), settings, options),
);
