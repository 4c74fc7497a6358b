#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Opens the counter on a port of this host where k3s has no load balancer that does, until Ctrl-C. Unlike `kubectl
// port-forward`, which holds on to one pod, each connection goes to the Service, and so to any replica there is then.
//
//   make forward PORT=8080
//   scripts/forward.ts --port=8080

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { EXIT, Failure, refuse } from "./lib/run/failure.ts";
import { urlOf } from "./lib/deployment/front-door.ts";
import { listener } from "./lib/host/port.ts";
import { interruption } from "./lib/run/interrupt.ts";
import { requireDeployed } from "./lib/deployment/deployed.ts";
import { ORCHESTRATORS } from "./lib/deployment/choose.ts";
import type { Settings } from "./lib/run/settings.ts";
import { verb } from "./lib/run/verb.ts";

/** A client that has sent all it has still waits for the answer. */
const HALF_OPEN = { allowHalfOpen: true };

process.exitCode = await verb(
  {
    name: "forward",
    summary: "Opens the counter on k3s on a port of this host where no load balancer does, until Ctrl-C.",
    options: ["port"],
    example: "make forward PORT=8080",
  },
  async ({ settings }) => {
    const { port } = settings;
    let url = await target(settings);
    const holder = url === urlOf(port) ? "k3s' load balancer" : await listener(port);
    refuse([holder && `port ${port} is held by ${holder}: choose another with PORT=`]);
    const forward = async (client: Socket) => {
      // One that breaks off while its server side connects: `join` finds it closed.
      client.on("error", () => {});
      const server = await connected(url).catch(() => undefined);
      if (server) return join(client, server);
      client.destroy();
      // A new deployment has a new address.
      url = await target(settings).catch(() => url);
    };
    await using server = createServer(HALF_OPEN, (client) => void forward(client)).listen(port);
    await listening(server, port);
    process.stderr.write(`==> Forward every address of this host to ${url}, until Ctrl-C\n`);
    process.stdout.write(`${urlOf(port)}\n`);
    if (!interruption.aborted) await once(interruption, "abort");
  },
);

/** Where the counter answers now. Throws a Failure if it is not deployed. */
async function target(settings: Settings): Promise<string> {
  return (await requireDeployed(ORCHESTRATORS.k3s, settings)).url;
}

/** Throws a Failure (refused) where the port is root's alone, as those below 1024 are unless the host says otherwise. */
async function listening(server: Server, port: number): Promise<void> {
  await once(server, "listening").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EACCES") throw error;
    const details = { code: EXIT.refused, hint: "make forward PORT=8080" };
    throw new Failure(`only root may open port ${port}`, details);
  });
}

async function connected(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const server = connect({ port: Number(port || 80), host: hostname, ...HALF_OPEN });
  await once(server, "connect");
  return server;
}

/** Passes on what each sends to the other, until both have ended or one breaks off. */
async function join(client: Socket, server: Socket): Promise<void> {
  const options = { signal: interruption };
  await Promise.allSettled([pipeline(client, server, options), pipeline(server, client, options)]);
}
