import type { Orchestrator } from "../deployment/orchestrator.ts";

export type Platform = Orchestrator["name"];

/** Programs that run containers, and are in none. */
const ENGINE = /(^|\/)(dockerd|docker-proxy|containerd(-shim[\w-]*)?|k3s(-server)?|kubelet)$/;
/** What of their command lines is k3s': its programs, its folders, and the namespace of Kubernetes in containerd. */
const K3S = /(^|\/)(k3s(-server)?|kubelet)( |$)|\/k3s\/| k8s\.io( |$)/;

/**
 * Whose a process is that runs containers or is in one: by its arguments and its parent's, and by its /proc/PID/cgroup,
 * of version 1 or 2. Undefined where nothing tells, as of a process that somebody started in a shell.
 */
export function platformOf(argv: string[], parent: string[], groups: string): Platform | undefined {
  const [program = ""] = argv;
  // k3s starts its containerd, which writes blanks over its arguments (tried: 1.21).
  if (ENGINE.test(program)) return K3S.test(argv.join(" ")) || K3S.test(parent[0] ?? "") ? "k3s" : "swarm";
  // The innermost group counts: this machine may be a container itself.
  const innermost = groups.match(/kubepods|docker/g)?.at(-1);
  return innermost === undefined ? undefined : innermost === "docker" ? "swarm" : "k3s";
}
