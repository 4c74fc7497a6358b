import { createServer, type Socket } from "node:net";
import t, { type Test } from "tap";
import { halfRequests } from "./half-requests.ts";

/** Takes connections, and does with each what it is told. */
async function door(t: Test, take: (socket: Socket, number: number) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    take(socket, sockets.push(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { host: "127.0.0.1", port };
}

t.test("they come from each address in turn, send half a request, and wait", async (t) => {
  const from: Record<string, number> = {};
  let text = "";
  const where = await door(t, (socket) => {
    from[socket.remoteAddress!] = (from[socket.remoteAddress!] ?? 0) + 1;
    socket.once("data", (data) => (text = data.toString()));
  });
  const addresses = ["127.0.0.2", "127.0.0.3"];
  const end = await halfRequests({ ...where, addresses, count: 600, seconds: 0.2 });
  t.same(end, { begun: 600, left: 600, own: [] });
  t.same(from, { "127.0.0.2": 300, "127.0.0.3": 300 });
  t.match(text, /^GET [^]*[^\n]\r\n$/);
});

t.test("who is sent away is told from who may stay, and from who could not even ask", async (t) => {
  const where = await door(t, (socket, number) => number <= 3 && socket.once("data", () => socket.end()));
  const clients = { ...where, addresses: ["127.0.0.1"], count: 5, seconds: 0.2 };
  t.same(await halfRequests(clients), { begun: 5, left: 2, own: [] });
  const nowhere = await halfRequests({ ...clients, addresses: ["192.0.2.1"] });
  t.same(nowhere, { begun: 0, left: 0, own: ["EADDRNOTAVAIL"] });
});

t.test("an end ends the waiting", async (t) => {
  const where = await door(t, () => {});
  const clients = { ...where, addresses: ["127.0.0.1"], count: 2, seconds: 60 };
  t.match(await halfRequests(clients, AbortSignal.timeout(200)), { begun: 2 });
});
