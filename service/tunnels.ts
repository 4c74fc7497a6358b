/** Answers requests for a tunnel, as a proxy takes them, and this is none. */
import type { Server } from "node:http";

/** Refuses each CONNECT, with these headers. Node would close the connection without an answer: a 502, behind a proxy. */
export function refuseTunnels(server: Server, headers: Record<string, string>): void {
  const body = JSON.stringify({ error: "CONNECT is not allowed here" });
  const fields = {
    ...headers,
    allow: "GET, HEAD, POST",
    "content-type": "application/json; charset=utf-8",
    "content-length": body.length,
    connection: "close",
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  const answer = ["HTTP/1.1 405 Method Not Allowed", ...lines, "", body].join("\r\n");
  server.on("connect", (_request, socket) => {
    socket.on("error", () => {});
    socket.end(answer, () => socket.destroy());
  });
}
