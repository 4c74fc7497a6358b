import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import t, { type Test } from "tap";
import { call } from "./testing/service.ts";
import { until } from "./testing/until.ts";
import { limitWaiting } from "./waiting-clients.ts";

/** A server that lets three connections wait, and answers every request. */
async function startServer(t: Test): Promise<number> {
  const server = createServer((_request, response) => response.end("{}"));
  limitWaiting(server, 3);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A client that sends what it is given, and no more. */
async function startClient(t: Test, port: number, text: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  t.teardown(() => socket.destroy());
  socket.on("error", () => {}).resume();
  await once(socket, "connect");
  socket.write(text);
  return socket;
}

const HALF = "GET / HTTP/1.1\r\nHost: x\r\n";

t.test("one client too many that sends no request: the one that has waited longest goes", async (t) => {
  const port = await startServer(t);
  const clients: Socket[] = [];
  for (let i = 0; i < 5; i += 1) {
    clients.push(await startClient(t, port, HALF));
    // Each is known to the server before the next one comes.
    t.equal((await call(`http://127.0.0.1:${port}`, "/")).status, 200, "others get their answer");
  }
  await until("two have gone", 2000, () => clients.filter(({ closed }) => closed).length >= 2);
  t.strictSame(
    clients.map(({ closed }) => closed),
    [true, true, false, false, false],
  );
});

t.test("a connection that has brought a request is kept, however many wait", async (t) => {
  const port = await startServer(t);
  const kept = await startClient(t, port, `${HALF}\r\n`);
  await once(kept, "data");
  for (let i = 0; i < 5; i += 1) await startClient(t, port, HALF);
  kept.write(`${HALF}\r\n`);
  await once(kept, "data");
  t.notOk(kept.closed);
});
