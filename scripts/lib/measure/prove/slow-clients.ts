import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { interruption } from "../../run/interrupt.ts";
import type { Done } from "./stage.ts";

const BEGUN = "GET /api/counter HTTP/1.1\r\nHost: counter\r\n";

/** So many clients send half a request and wait for so many seconds, or until they are sent away. */
export async function holdSlowClients(
  { hostname: host, port }: URL,
  count: number,
  seconds: number,
): Promise<Done> {
  const sockets = await Promise.all(
    Array.from({ length: count }, () => halfRequest({ host, port: Number(port || 80) })),
  );
  const there = () => sockets.filter((socket) => socket && !socket.destroyed).length;
  const begun = there();
  await sleep(seconds * 1000, undefined, { signal: interruption }).catch(() => {});
  const left = there();
  for (const socket of sockets) socket?.destroy();
  interruption.throwIfAborted();
  return { note: `${begun.toLocaleString("en")} were let in, ${left.toLocaleString("en")} were still there` };
}

/** A connection that has sent half a request; undefined where it was refused. */
async function halfRequest(where: { host: string; port: number }): Promise<Socket | undefined> {
  const socket = connect(where).on("error", () => {});
  // What comes is not read by anybody, and a socket whose other end has gone shows only when it is read.
  socket.resume();
  await Promise.race([once(socket, "connect"), once(socket, "close")]).catch(() => {});
  if (socket.destroyed) return undefined;
  socket.write(BEGUN);
  return socket;
}
