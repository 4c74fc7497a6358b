import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { tmpdir } from "node:os";
import { $ } from "zx/core";
import { readProc } from "../measure/processes.ts";
import { holdLock } from "../run/lock.ts";
import { ROOT } from "../run/paths.ts";
import { asRoot } from "../run/shell.ts";
import { until } from "../run/wait.ts";
import { network, unlink } from "./network.ts";

/** A machine within this one: own network, processes, mounts and a Docker engine that nothing else uses. */
export interface Machine {
  /** Its address, as this machine reaches it. */
  address: string;
  /** Stands before a command that runs on it. */
  enter: readonly string[];
  /** Stops dockerd alone, or starts it again, as an administrator might. */
  halt: () => Promise<void>;
  resume: () => Promise<void>;
  /** Removes it with all that was made on it. */
  stop: () => Promise<void>;
}

const DEADLINE = 60;
const LOG = `${tmpdir()}/counter-deploy-test-engine.log`;

/** Why no such machine can be had here, for a skipped test; undefined if one can. */
export async function whyNoMachine(): Promise<string | undefined> {
  for (const tool of ["dockerd", "docker", "ip", "iptables", "nsenter", "unshare"]) {
    if (!(await $({ nothrow: true })`command -v ${tool}`).ok) return `needs ${tool}`;
  }
  if (asRoot.length > 0 && !(await $({ nothrow: true })`sudo -n true`).ok)
    return "needs root, or sudo without a password";
  return undefined;
}

/**
 * Starts a machine of that name and its engine. What a killed run has left under the same name is removed first.
 * Throws when the engine does not answer within a minute.
 */
export async function startMachine(name: string): Promise<Machine> {
  const lock = await holdLock(`test-machine-${name}`, "test");
  const dir = `/var/tmp/counter-deploy-${name}`;
  const namespace = `counter-${name}`;
  await remove(namespace, dir);
  const address = await network(namespace);
  const pid = await boot(namespace, dir);
  const enter = [...asRoot, "nsenter", `--target=${pid}`, "--net", "--mount", "--pid"];

  const resume = async () => {
    background([...enter, "dockerd"]);
    const wait = { what: `no engine, see ${LOG}`, deadline: DEADLINE };
    await until(wait, async () => (await $({ nothrow: true })`${enter} docker version`).ok);
  };
  const halt = async () => {
    const engine = (await $`${enter} cat /run/docker.pid`).stdout.trim();
    await $`${enter} kill ${engine}`;
    const wait = { what: "dockerd does not stop", deadline: DEADLINE };
    await until(wait, async () => !(await $({ nothrow: true })`${enter} kill -0 ${engine}`).ok);
  };
  const stop = async () => {
    await remove(namespace, dir);
    await lock[Symbol.asyncDispose]();
  };
  await resume();
  return { address, enter, halt, resume, stop };
}

/** Starts the machine's first process, and returns its number as this machine counts. */
async function boot(namespace: string, dir: string): Promise<number> {
  await $`${asRoot} mkdir -p ${dir}/memory ${dir}/disk`;
  const apart = ["unshare", "--mount", "--pid", "--fork", "--mount-proc"];
  const first = ["sh", `${ROOT}scripts/lib/testing/machine.sh`, dir];
  background([...asRoot, "nsenter", `--net=/var/run/netns/${namespace}`, ...apart, ...first]);
  const wait = { what: `the machine does not start, see ${LOG}`, deadline: DEADLINE };
  return until(wait, async () => {
    const all = await processes(namespace);
    return all.find((pid) => /^Name:\tsleep$/m.test(status(pid)) && /^NSpid:.*\t1$/m.test(status(pid)));
  });
}

function background([command = "", ...args]: string[]): void {
  const log = openSync(LOG, "a");
  spawn(command, args, { detached: true, stdio: ["ignore", log, log] }).unref();
}

const status = (pid: number) => readProc(`${pid}/status`);

async function processes(namespace: string): Promise<number[]> {
  const { stdout } = await $({ nothrow: true })`${asRoot} ip netns pids ${namespace}`;
  return stdout.split("\n").filter(Boolean).map(Number);
}

/** Ends every process of the machine; its mounts go with the last one. */
async function remove(namespace: string, dir: string): Promise<void> {
  await until({ what: `processes in ${namespace} do not end`, deadline: DEADLINE }, async () => {
    const pids = await processes(namespace);
    if (pids.length > 0) await $({ nothrow: true })`${asRoot} kill -KILL ${pids}`;
    return pids.length === 0;
  });
  await unlink(namespace);
  await $`${asRoot} rm -rf ${dir}`;
}
