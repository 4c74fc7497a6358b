import type { TestHost } from "./host.ts";

const LISTS: Record<string, string> = {
  containers: "docker ps --all --format '{{.Names}}'",
  networks: "docker network ls --format '{{.Name}} {{.Driver}}'",
  volumes: "docker volume ls --format '{{.Name}}'",
  images: "docker image ls --all --format '{{.Repository}}:{{.Tag}}'",
  swarm: "docker info --format '{{.Swarm.LocalNodeState}}'",
  processes: "ip netns pids $(ip netns identify) | xargs ps -o comm= -p | grep -vE '^(ps|xargs|sh|ip|grep)$'",
  links: "ip -oneline link | cut -d: -f2",
  // The engine's own jump to DOCKER-USER was once seen twice after it had been stopped and started; no other rule may be.
  firewall:
    "iptables-save | grep -v '^#' | sed 's/ *\\[[0-9:]*\\]//' | awk '!(/^-A FORWARD -j DOCKER-USER$/ && seen++)'",
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
