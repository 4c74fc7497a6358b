import t from "tap";
import { listenersIn, type Port, portFindings } from "./listeners.ts";

const look = { platform: "swarm", name: "counter", door: 80, address: "192.0.2.7" } as const;
const door: Port = { port: 80, program: "docker-proxy", ours: true };
const ssh: Port = { port: 22, program: "sshd", ours: false };
const needed: Port[] = [2377, 7946].map((port) => ({ port, program: "dockerd", ours: false }));

const met = (ports: Port[], platform: "swarm" | "k3s" = "swarm") =>
  portFindings({ ...look, platform }, ports).map((one) => `${one.met} ${one.seen}`);

t.test("of the deployment, the door is open, and of the orchestrator what nodes need", async (t) => {
  t.match(met([ssh, door, ...needed]), [/^true port 80; not ours: 22 sshd$/, /^true 2377 \(nodes.*, 7946/]);
  t.match(met([ssh, ...needed]), [/^false no;/, /^true/]);
  t.match(met([{ ...door, ours: false }]), [/^false/], "somebody else answers there");
});

t.test(
  "each other port of the deployment or its orchestrator is missed, whoever of them has it",
  async (t) => {
    for (const port of [
      { port: 6379, ours: true },
      { port: 2375, program: "dockerd" },
      { port: 8081, publisher: { deployment: "counter", text: "the Swarm service counter_app" } },
    ])
      t.match(met([door, port]), [/^true/, new RegExp(`^false ${port.port} `)]);
    const web = {
      port: 8081,
      program: "dockerd",
      publisher: { deployment: "web", text: "the Swarm service web_app" },
    };
    t.match(met([door, web]), [/not ours: 8081 the Swarm service web_app$/, /^true/]);
    t.match(met([door, { port: 30123, program: "k3s-server" }], "k3s"), [/^true/, /^false 30123 k3s-server/]);
    t.match(
      met([door, { port: 6443, program: "k3s-server" }]),
      [/not ours: 6443/, /^true/],
      "of another platform",
    );
  },
);

t.test("what listens is read from the kernel's list, but for what only this host reaches", async (t) => {
  const text = `LISTEN 0      4096         127.0.0.1:10248      0.0.0.0:*    users:(("k3s-server",pid=1,fd=9))
LISTEN 0      4096      127.0.0.53%lo:53        0.0.0.0:*    users:(("systemd-resolve",pid=1,fd=9))
LISTEN 0      4096              [::1]:6010         [::]:*    users:(("sshd",pid=1,fd=9))
LISTEN 0      4096                  *:10250           *:*    users:(("k3s-server",pid=1,fd=9),("x",pid=2,fd=1))
LISTEN 0      4096         172.18.0.1:9000      0.0.0.0:*
LISTEN 0      4096            0.0.0.0:80        0.0.0.0:*    users:(("docker-proxy",pid=1,fd=9))
`;
  t.same(listenersIn(text), [
    { port: 10250, program: "k3s-server" },
    { port: 9000, program: "another user's" },
    { port: 80, program: "docker-proxy" },
  ]);
});
