/** Opens the connections of clients whose Redis has to be found first. */
import { type LookupAddress, type LookupAllOptions, lookup } from "node:dns";
import { connect, Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { AbstractConnector } from "ioredis";
import type { Address } from "./redis-url.ts";

/**
 * A connector for ioredis that looks for the Redis anew for each connection.
 *
 * Its own are not used: Cluster queues commands in a client for each node (ConnectionPool.js of 6.0.0 turns the
 * offline queue on), to send them after their callers were told that they failed; SentinelConnector believes
 * the first Sentinel that answers, and says "All sentinels are unreachable" when it has only asked each once.
 * @param find may throw: the connection fails with that error then, and the client tries again as it always does
 */
export const connectorTo = (find: () => Promise<Address>, tls: ConnectionOptions | undefined) =>
  class FindingConnector extends AbstractConnector {
    constructor(options: unknown) {
      super((options as { disconnectTimeout: number }).disconnectTimeout);
    }

    async connect() {
      this.connecting = true;
      const address = await find().catch((error: Error) => {
        this.firstError = error;
      });
      if (!this.connecting) throw new Error("Connection is closed.");
      this.stream = address ? open(address, tls) : new Socket().destroy();
      this.stream.once("error", (error: Error) => (this.firstError = error));
      return this.stream;
    }

    /** A Redis that was demoted while it was looked for is none. Without the right to ask, nothing is known. */
    override check({ role }: { role?: string }): boolean {
      return role === undefined || role === "master";
    }

    /** Once is enough, however many commands were refused. */
    override disconnect(): void {
      if (this.connecting) super.disconnect();
    }
  };

function open({ host, port }: Address, tls: ConnectionOptions | undefined): Socket {
  return tls ? connectTls({ ...tls, host, port, lookup: lookUp }) : connect({ host, port, lookup: lookUp });
}

/** Looks a name up as Node does, but never twice at once: a name that hangs may block one of its four threads, not all. */
function lookUp(host: string, options: object, done: Done): void {
  const id = `${host} ${JSON.stringify(options)}`;
  const waiting = underWay.get(id);
  if (waiting) return void waiting.push(done);
  underWay.set(id, [done]);
  lookup(host, options as LookupAllOptions, (...answer) => {
    const all = underWay.get(id) ?? [];
    underWay.delete(id);
    for (const one of all) one(...answer);
  });
}

type Done = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;
const underWay = new Map<string, Done[]>();
