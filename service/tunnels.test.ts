import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import t from "tap";
import { testApp } from "./testing/service.ts";

t.test("a request for a tunnel is answered like any other that is not allowed", async (t) => {
  const { app, url } = await testApp(t, "redis://127.0.0.1:1");
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n");
  const [head, body] = (await text(socket)).split("\r\n\r\n");
  t.match(head, /^HTTP\/1\.1 405 .*\r\nx-served-by: replica-1\r\n[^]*\r\nallow: GET, HEAD, POST\r\n/);
  t.strictSame(JSON.parse(body!), { error: "CONNECT is not allowed here" });
  if (!socket.closed) await once(socket, "close");
  const left = await new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count)));
  t.equal(left, 0, "and its connection ends, whatever the client does");
});
