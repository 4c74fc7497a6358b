/** Keeps clients that send no request from taking the memory of those that do. */
import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Connections that have brought no request yet, at most: 15 MB, at 7 kB each (measured with Node 26). */
const MOST = 2000;

/**
 * Lets so many connections wait for their first request. When one more comes, the one that has waited longest is closed:
 * who sends a request at once gets its answer, however many others send none.
 */
export function limitWaiting(server: Server, most = MOST): void {
  const waiting = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    // A set keeps the order in which its members came.
    const [longest] = waiting;
    if (waiting.size >= most) longest?.destroy();
    waiting.add(socket);
    socket.once("close", () => waiting.delete(socket));
  });
  server.on("request", ({ socket }) => waiting.delete(socket));
}
