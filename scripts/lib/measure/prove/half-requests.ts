import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Clients that send half a request and wait. */
export interface SlowClients {
  host: string;
  port: number;
  /** What they come from, in turn. */
  addresses: string[];
  count: number;
  /** How long they wait when all have begun. */
  seconds: number;
}

/** What became of them. */
export interface SlowEnd {
  /** Connections that were taken, and those that were still there at the end. */
  begun: number;
  left: number;
  /** Why some could not even be tried: the codes of this side's errors. */
  own: string[];
}

const BEGUN = "GET /api/counter HTTP/1.1\r\nHost: counter\r\n";
/** So many begin at once: what is measured is that they wait, and not how a queue of new connections overflows. */
const TOGETHER = 500;
/** Milliseconds until one is taken for shut out: a firewall may drop what it does not want. */
const CONNECT_MS = 5000;
/** Errors that say nothing of who is asked. */
const OWN = new Set(["EMFILE", "ENFILE", "EADDRNOTAVAIL", "EADDRINUSE", "ENOBUFS", "EINVAL"]);

/** So many clients send half a request and wait for so many seconds, or until `end`, or until they are sent away. */
export async function halfRequests(clients: SlowClients, end?: AbortSignal): Promise<SlowEnd> {
  const { addresses, count, seconds } = clients;
  const sockets: Socket[] = [];
  const own = new Set<string>();
  for (let due = count; due > 0; due -= TOGETHER) {
    const some = Array.from({ length: Math.min(TOGETHER, due) }, (_one, index) =>
      halfRequest(clients, addresses[index % addresses.length]!, own),
    );
    const began = await Promise.all(some);
    sockets.push(...began);
    // Where none gets in, the others would wait in vain, too.
    if (end?.aborted || !began.some(isBegun)) break;
  }
  const begun = sockets.filter(isBegun).length;
  await sleep(seconds * 1000, undefined, { ...(end && { signal: end }) }).catch(() => {});
  const left = sockets.filter(({ destroyed }) => !destroyed).length;
  for (const socket of sockets) socket.destroy();
  return { begun, left, own: [...own] };
}

const isBegun = ({ bytesWritten }: Socket) => bytesWritten > 0;

/** A connection that has sent half a request, or was refused. */
async function halfRequest(
  { host, port }: SlowClients,
  localAddress: string,
  own: Set<string>,
): Promise<Socket> {
  const socket = connect({ host, port, localAddress });
  socket.on("error", ({ code = "" }: NodeJS.ErrnoException) => OWN.has(code) && own.add(code));
  // What comes is not read by anybody, and a socket whose other end has gone shows only when it is read.
  socket.resume();
  socket.setTimeout(CONNECT_MS, () => socket.connecting && socket.destroy());
  await Promise.race([once(socket, "connect"), once(socket, "close")]).catch(() => {});
  if (!socket.destroyed) socket.write(BEGUN);
  return socket;
}
