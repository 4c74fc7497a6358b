import type { TestHost } from "./host.ts";

const LISTS: Record<string, string> = {
  containers: "docker ps --all --format '{{.Names}}'",
  networks: "docker network ls --format '{{.Name}} {{.Driver}}'",
  volumes: "docker volume ls --format '{{.Name}}'",
  images: "docker image ls --all --format '{{.Repository}}:{{.Tag}}'",
  swarm: "docker info --format '{{.Swarm.LocalNodeState}}'",
  // Where nothing reaps orphans, the dead stay in the list.
  processes: "ps -eo stat=,comm= | awk '!/^Z/ { print $2 }' | grep -vE '^(ps|sh|awk|grep|nsenter)$'",
  // Networks of other machines come and go beside this one.
  mounts: "cut -d' ' -f2 /proc/self/mounts | grep -v ^/run/netns/",
  files:
    "ls -d /etc/rancher/* /etc/rancher/k3s/* /usr/local/bin/* /var/lib/rancher/* /var/lib/kubelet/* /var/lib/cni/* /var/log/* /run/k3s",
  links: "ip -oneline link | cut -d: -f2",
  // A table that was used once stays, empty. The engine's own jump to DOCKER-USER was once seen twice after it had been
  // stopped and started; no other rule may be.
  firewall:
    "iptables-save | grep -vE '^([#*]|COMMIT|:[A-Z]+ ACCEPT)' | sed 's/ *\\[[0-9:]*\\]//' | awk '!(/^-A FORWARD -j DOCKER-USER$/ && seen++)'",
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
