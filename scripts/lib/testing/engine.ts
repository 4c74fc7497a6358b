import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { $ } from "zx/core";
import { holdLock } from "../lock.ts";
import { asRoot } from "../shell.ts";
import { until } from "../wait.ts";
import { network, unlink } from "./network.ts";

/** A Docker engine that nothing else uses: own data, sockets, processes and network namespace. */
export interface TestEngine {
  /** Its host's address, as this machine reaches it. */
  address: string;
  /** Stands before a command that runs on its host: in its network, with DOCKER_HOST set. */
  enter: readonly string[];
  /** Stops dockerd alone, or starts it again, as an administrator might. */
  halt: () => Promise<void>;
  resume: () => Promise<void>;
  /** Removes the engine and all that it made. */
  stop: () => Promise<void>;
}

const DEADLINE = 60;
const LOG = `${tmpdir()}/counter-deploy-test-engine.log`;

/** Why no engine can be had here, for a skipped test; undefined if one can. */
export async function whyNoEngine(): Promise<string | undefined> {
  for (const tool of ["dockerd", "docker", "ip", "iptables", "nsenter"]) {
    if (!(await $({ nothrow: true })`command -v ${tool}`).ok) return `needs ${tool}`;
  }
  if (asRoot.length > 0 && !(await $({ nothrow: true })`sudo -n true`).ok)
    return "needs root, or sudo without a password";
  return undefined;
}

/**
 * Starts an engine in a network namespace of that name. What a killed run has left under the same name is removed
 * first. Throws when it does not answer within a minute.
 */
export async function startEngine(name: string): Promise<TestEngine> {
  const lock = await holdLock(`test-engine-${name}`, "test");
  const dir = `/var/tmp/counter-deploy-${name}`;
  const namespace = `counter-${name}`;
  await remove(namespace, dir);
  const address = await network(namespace);
  await $`${asRoot} mkdir -p ${dir}/lib`;
  const enter = [
    ...asRoot,
    "nsenter",
    `--net=/var/run/netns/${namespace}`,
    "env",
    `DOCKER_HOST=unix://${dir}/docker.sock`,
  ];

  const resume = async () => {
    startDaemon(enter, dir);
    const wait = { what: `no engine, see ${LOG}`, deadline: DEADLINE };
    await until(wait, async () => (await $({ nothrow: true })`${enter} docker version`).ok);
  };
  const halt = () => stopDaemon(dir);
  const stop = async () => {
    await halt();
    await remove(namespace, dir);
    await lock[Symbol.asyncDispose]();
  };
  await resume();
  return { address, enter, halt, resume, stop };
}

function startDaemon(enter: readonly string[], dir: string): void {
  const flags = [
    `--data-root=${dir}/data`,
    `--exec-root=${dir}/run`,
    `--pidfile=${dir}/pid`,
    `--host=unix://${dir}/docker.sock`,
    "--default-address-pool=base=198.19.0.0/16,size=24",
  ];
  // Swarm's load balancers write to /var/lib/docker, whatever --data-root says: it gets a /var/lib of its own.
  const apart = [
    "unshare",
    "--mount",
    "sh",
    "-c",
    'mount --bind "$0" /var/lib && exec dockerd "$@"',
    `${dir}/lib`,
  ];
  const [command = "", ...args] = [...enter, ...apart, ...flags];
  const log = openSync(LOG, "w");
  spawn(command, args, { detached: true, stdio: ["ignore", log, log] }).unref();
}

async function stopDaemon(dir: string): Promise<void> {
  const file = `${dir}/pid`;
  if (!existsSync(file)) return;
  const pid = readFileSync(file, "utf8").trim();
  await $({ nothrow: true })`${asRoot} kill ${pid}`;
  await until({ what: "dockerd does not stop", deadline: DEADLINE }, async () => !existsSync(`/proc/${pid}`));
}

/** Ends every process of the namespace, unmounts and deletes what they left. */
async function remove(namespace: string, dir: string): Promise<void> {
  const inside = async () => {
    const { stdout } = await $({ nothrow: true })`ip netns pids ${namespace}`;
    return stdout.split("\n").filter(Boolean);
  };
  await until({ what: `processes in ${namespace} do not end`, deadline: DEADLINE }, async () => {
    const pids = await inside();
    if (pids.length > 0) await $({ nothrow: true })`${asRoot} kill -KILL ${pids}`;
    return pids.length === 0;
  });
  await unlink(namespace);
  const mounts = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  for (const mount of mounts.filter((path) => path.startsWith(`${dir}/`)).toReversed()) {
    await $({ nothrow: true })`${asRoot} umount --lazy ${mount}`;
  }
  await $`${asRoot} rm -rf ${dir}`;
}
