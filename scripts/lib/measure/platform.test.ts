import t from "tap";
import { platformOf } from "./platform.ts";

const argvOf = (text: string) => text.split(/\0| /);
const of = (text: string, parent = "", groups = "3:cpuset:/\n2:cpuacct:/\n1:cpu:/\n0::/") =>
  platformOf(argvOf(text), argvOf(parent), groups);

const node = (groups: string) => of("node\0server.mjs\0", "", groups);

t.test("who runs containers is told by its command line", async (t) => {
  t.equal(of("dockerd\0"), "swarm");
  t.equal(of("/usr/bin/dockerd\0-H\0fd://\0--containerd=/run/containerd/containerd.sock\0"), "swarm");
  t.equal(of("containerd\0--config\0/var/run/docker/containerd/containerd.toml\0", "dockerd\0"), "swarm");
  t.equal(of("/usr/bin/containerd\0", "/sbin/init\0"), "swarm", "Docker's own, with systemd");
  const shim =
    "/usr/bin/containerd-shim-runc-v2\0-namespace\0moby\0-id\x005ca872d5a828\0-address\0/var/run/docker/containerd/containerd.sock\0";
  t.equal(of(shim), "swarm");
  t.equal(of("/usr/bin/docker-proxy\0-proto\0tcp\0-host-ip\x000.0.0.0\0"), "swarm");
  t.equal(of("k3s server\0", "nsenter\0--net\0k3s\0server\0"), "k3s");
  t.equal(of("/usr/local/bin/k3s\0server\0", "/sbin/init\0"), "k3s");
  t.equal(of(`containerd${" ".repeat(40)}${"\0".repeat(40)}`, "k3s server\0"), "k3s");
  t.equal(of("containerd\0-c\0/var/lib/rancher/k3s/agent/etc/containerd/config.toml\0"), "k3s");
  const pods =
    "/var/lib/rancher/k3s/data/8c0f641945cd/bin/containerd-shim-runc-v2\0-namespace\0k8s.io\0-id\x0078efab135214\0-address\0/run/k3s/containerd/containerd.sock\0";
  t.equal(of(pods), "k3s");
});

t.test("what is in a container is told by its group, of both versions", async (t) => {
  t.equal(
    node("4:memory:/docker/5ca872d5a828\n1:cpu:/docker/5ca872d5a828\n0::/docker/5ca872d5a828\n"),
    "swarm",
  );
  t.equal(node("0::/system.slice/docker-5ca872d5a828.scope\n"), "swarm");
  t.equal(
    node("1:cpu:/kubepods/burstable/pod7a4ef7bf-6bec-436c-8c95-7209152993b4/12d2843b998c\n0::/\n"),
    "k3s",
  );
  t.equal(
    node(
      "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod7a4e.slice/cri-containerd-12d2.scope\n",
    ),
    "k3s",
  );
  t.equal(node("0::/docker/5ca8/kubepods/besteffort/pod5db0e400/8fb2\n"), "k3s", "k3s in a container");
  t.equal(node("0::/kubepods/burstable/pod7a4e/12d2/docker/5ca8\n"), "swarm", "Docker in a pod");
  t.equal(node("4:memory:/process_api/7c43\n1:cpu:/\n0::/\n"), undefined);
  t.equal(node("0::/user.slice/user-1000.slice/session-3.scope\n"), undefined);
});
