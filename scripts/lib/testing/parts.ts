import type { ProcessOutput } from "zx/core";
import type { TestHost } from "./host.ts";
import type { Machine } from "./machine.ts";

/** How tests reach the parts of a deployment without the kit: scripts for a shell of the machine. */
export interface Parts {
  /** Prints the number of the process that does the work of each container of the part $1, on a shell. */
  pids: string;
  /** Runs a shell command in the container of the part $1. */
  inside: string;
  /** Prints what there is of the deployment's data, a line a volume. */
  volumes: string;
  /** Ends all that runs the application, and starts it again with other addresses. */
  restart: (machine: Machine, host: TestHost) => Promise<void>;
}

const CONTAINERS = 'docker ps --quiet --filter "label=com.docker.swarm.service.name=counter_$1"';
const KUBECTL = "k3s kubectl --namespace counter";
const PODS = `${KUBECTL} get endpoints "$1" --output 'jsonpath={.subsets[*].addresses[*].targetRef.name}'`;
const POD_LABEL = "io.kubernetes.pod.name=$pod";
const PID = "crictl inspect --output go-template --template '{{.info.pid}}'";

export const swarmParts: Parts = {
  // The child of keep-running.sh, where that is the first one.
  pids: `for pid in $(docker inspect --format '{{.State.Pid}}' $(${CONTAINERS})); do
    grep -q keep-running /proc/$pid/cmdline && cat /proc/$pid/task/$pid/children || echo $pid; done | tr ' ' '\\n'`,
  inside: `exec docker exec "$(${CONTAINERS})" sh -c "$2"`,
  volumes: "docker volume ls --quiet --filter label=com.docker.stack.namespace=counter",
  restart: async (machine, host) => {
    await machine.halt();
    await host.exec(["pkill", "-KILL", "-x", "redis-server"]);
    await host.exec(["pkill", "-KILL", "-f", "^node server.mjs"]);
    await machine.resume();
  },
};

export const k3sParts: Parts = {
  pids: `for pod in $(${PODS}); do k3s ${PID} $(k3s crictl ps --quiet --label "${POD_LABEL}"); echo; done`,
  inside: `exec ${KUBECTL} exec "$(${PODS})" -- sh -c "$2"`,
  volumes: "ls /var/lib/rancher/k3s/storage 2>/dev/null",
  // A pod that starts again in its place would keep its address.
  restart: async (_machine, host) => {
    const all = ["delete", "pods", "--all", "--force", "--grace-period=0"];
    await host.exec(["k3s", "kubectl", "--namespace=counter", ...all]);
  },
};

/** Runs one of those scripts on the machine. */
export const runScript = async (host: TestHost, script: string, ...args: string[]): Promise<ProcessOutput> =>
  host.exec(["sh", "-c", script, "sh", ...args]);
