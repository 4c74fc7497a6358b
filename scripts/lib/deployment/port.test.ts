import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import t from "tap";
import type { Orchestrator, Publisher } from "./orchestrator.ts";
import { portProblem } from "./port.ts";
import { readSettings } from "../run/settings.ts";

const publishing = (publisher?: Publisher) =>
  ({ publisherOf: async () => publisher }) as unknown as Orchestrator;
const own = publishing({ deployment: "counter", text: "the counter's own" });
const web = publishing({ deployment: "web", text: "the Swarm service web_app" });
const nothing = publishing();
const settings = readSettings({ port: 65533 });

t.test("a port that the deployment itself holds is no problem", async (t) => {
  t.equal(await portProblem(settings, own, [nothing, own]), undefined);
});

t.test("another deployment holds it, or the same one on the other orchestrator", async (t) => {
  t.match(await portProblem(settings, web, [web, nothing]), /65533 is held by the Swarm service web_app/);
  t.match(await portProblem(settings, nothing, [nothing, own]), /held by the counter's own/);
});

t.test("a process holds it", async (t) => {
  const server = createServer().listen(0);
  await once(server, "listening");
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const taken = readSettings({ port });
  t.match(
    await portProblem(taken, nothing, [nothing]),
    new RegExp(`held by node\\S* \\(process ${process.pid}\\)`),
  );
  t.equal(await portProblem(settings, nothing, [nothing]), undefined);
});
