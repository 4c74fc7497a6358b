#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Builds the counter's image, deploys it to k3s and verifies it through the front door. If that fails, the version
// before serves on (exit code 4).
//
//   make deploy-k3s
//   scripts/deploy-k3s.ts --replicas=2 --port=8080

import { ORCHESTRATORS } from "./lib/deployment/choose.ts";
import { deploy } from "./lib/deployment/deploy.ts";
import { serving } from "./lib/deployment/deployed.ts";
import { EXTERNAL_OPTIONS } from "./lib/run/options.ts";
import { verb } from "./lib/run/verb.ts";

const { k3s } = ORCHESTRATORS;

process.exitCode = await verb(
  {
    name: "deploy-k3s",
    summary: "Builds, deploys and verifies the counter on k3s.",
    options: ["replicas", "port", "redis", "wait", "from", "yes", "baseImages", ...EXTERNAL_OPTIONS],
    example: "make deploy-k3s REPLICAS=2 PORT=8080",
    exclusive: true,
    serving: ({ settings }) => serving(k3s, settings),
  },
  ({ settings, options }) => deploy(k3s, Object.values(ORCHESTRATORS), settings, options),
);
