import type { TestHost } from "./host.ts";

const LISTS: Record<string, string> = {
  containers: "docker ps --all --format '{{.Names}}'",
  networks: "docker network ls --format '{{.Name}} {{.Driver}}'",
  volumes: "docker volume ls --format '{{.Name}}'",
  images: "docker image ls --all --format '{{.Repository}}:{{.Tag}}'",
  swarm: "docker info --format '{{.Swarm.LocalNodeState}}'",
  processes: "ps -eo comm= | grep -vE '^(ps|sh|grep|nsenter)$'",
  mounts: "cut -d' ' -f2 /proc/self/mounts",
  files: "ls -d /etc/rancher/* /usr/local/bin/* /var/lib/rancher/* /var/lib/kubelet/* /var/lib/cni/* /var/log/* /run/k3s",
  links: "ip -oneline link | cut -d: -f2",
  // Docker 20.10 now and then jumps to DOCKER-USER twice.
  firewall: "iptables-save | grep -v '^#' | sed 's/ *\\[[0-9:]*\\]//' | sort -u",
};

/** What there is on a test host, sorted, for a comparison of before and after. */
export async function footprint(host: TestHost): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const [what, command] of Object.entries(LISTS)) {
    const { stdout } = await host.exec(["sh", "-c", command]);
    found[what] = stdout.split("\n").filter(Boolean).toSorted();
  }
  return found;
}
