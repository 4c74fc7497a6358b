import { $ } from "zx/core";
import { EXIT, Failure } from "../run/failure.ts";
import { hasSystemd } from "./facts.ts";
import { aptInstall } from "./apt.ts";
import type { Outcome } from "../run/progress.ts";
import { asRoot } from "../run/shell.ts";
import { until } from "../run/wait.ts";

/** What `docker info` says, as far as the kit asks. */
export interface EngineInfo {
  ServerVersion: string;
  DockerRootDir: string;
  LiveRestoreEnabled: boolean;
  /** Cores. */
  NCPU: number;
  Swarm: { LocalNodeState: string; ControlAvailable: boolean; Error?: string };
  FirewallBackend?: { Driver: string };
}

const START_DEADLINE = 90;
const CONFIG = "/etc/docker/daemon.json";
const LOG = "/var/log/docker.log";

/** The engine's own account of itself; undefined where none answers. */
export async function engineInfo(): Promise<EngineInfo | undefined> {
  const output = await $({ nothrow: true })`docker info --format '{{json .}}'`;
  try {
    const info = JSON.parse(output.stdout) as EngineInfo;
    return info.ServerVersion ? info : undefined;
  } catch {
    return undefined;
  }
}

/** What about this engine keeps it from serving, each problem in a line; none where nothing does. */
export function engineProblems(info: EngineInfo): string[] {
  const [major = 0, minor = 0, patch = 0] = info.ServerVersion.split(/[.+-]/).map(Number);
  const problems = [];
  if (major < 20 || (major === 20 && minor < 10)) {
    problems.push(`Docker ${info.ServerVersion} is too old: 20.10 or later is needed`);
  }
  // moby#53212: such an engine rejects every task whose image is only on this host. Fixed in 29.7.0.
  if (major === 29 && minor === 6 && patch <= 2) {
    problems.push(
      `Docker ${info.ServerVersion} cannot run local images in Swarm (moby#53212): upgrade to 29.7.0 or later`,
    );
  }
  const swarm = swarmProblem(info);
  if (swarm) problems.push(swarm);
  if (info.LiveRestoreEnabled) problems.push("Docker runs with live-restore, which Swarm does not support");
  if (info.FirewallBackend?.Driver.startsWith("nftables")) {
    problems.push("Docker runs with the nftables firewall backend, which Swarm does not support");
  }
  return problems;
}

/**
 * Why this host cannot manage the swarm that it is in, in the engine's words; undefined where it does, or is in none.
 * Leaving a swarm deletes all that is in it, and so is never advised.
 */
export function swarmProblem({
  Swarm: { LocalNodeState, ControlAvailable, Error },
}: EngineInfo): string | undefined {
  if (LocalNodeState === "inactive" || ControlAvailable) return undefined;
  if (LocalNodeState === "locked") return "the swarm is locked: docker swarm unlock";
  if (LocalNodeState === "pending") return "the swarm does not answer yet: wait, and run it again";
  const said = Error?.trim() && `: ${Error.trim()}`;
  if (LocalNodeState === "error")
    return `the swarm does not start${said}: docker swarm init --force-new-cluster keeps what is in it`;
  return `this host does not manage the swarm that it is in${said}: run it on a manager`;
}

/** Installs the distribution's engine if there is none, with other packages in one go, and starts it if none answers. */
export async function ensureEngine(others: readonly string[] = []): Promise<Outcome> {
  const running = await engineInfo();
  if (running) {
    const proxied = withoutUserlandProxy(await configText()) ? ", with its userland proxy" : "";
    return { changed: false, note: `Docker ${running.ServerVersion}${proxied}` };
  }
  const elsewhere = process.env["DOCKER_HOST"];
  if (elsewhere)
    throw new Failure(`no engine answers at ${elsewhere}`, { code: EXIT.refused, hint: "unset DOCKER_HOST" });
  const installed = (await $({ nothrow: true })`command -v dockerd`).ok;
  if (!installed) {
    await configure();
    await aptInstall(["docker.io", "docker-cli", "apparmor", "iproute2", ...others]);
  }
  await startEngine();
  const info = await until(
    { what: "the Docker engine does not answer", deadline: START_DEADLINE, hint: logHint() },
    engineInfo,
  );
  return { changed: true, note: `Docker ${info.ServerVersion} ${installed ? "started" : "installed"}` };
}

/**
 * Says what a new engine shall do otherwise, beside what the file says already: no process of its own for each
 * published port. That one ends when it runs out of files, and nothing brings it back; without it the kernel forwards
 * 127.0.0.1, too, and faster (tried with 20.10; ::1 is not forwarded, and clients go on to 127.0.0.1).
 */
async function configure(): Promise<void> {
  const merged = withoutUserlandProxy(await configText());
  const write = 'mkdir -p "$(dirname "$0")" && cat >"$0.new" && mv "$0.new" "$0"';
  if (merged) await $({ input: merged })`${asRoot} sh -c ${write} ${CONFIG}`;
}

const configText = async () => (await $({ nothrow: true })`${asRoot} cat ${CONFIG}`).stdout;

/** The text of a daemon.json without Docker's proxies; undefined where it says something about them already. */
export function withoutUserlandProxy(text: string): string | undefined {
  let config: Record<string, unknown>;
  try {
    config = JSON.parse(text.trim() || "{}");
  } catch {
    throw new Failure(`${CONFIG} is no JSON`, { code: EXIT.refused });
  }
  if ("userland-proxy" in config) return undefined;
  return `${JSON.stringify({ ...config, "userland-proxy": false }, undefined, 2)}\n`;
}

/** With systemd, with the init script, or, where that may not set its limits (in containers), as a plain process. */
export async function startEngine(): Promise<void> {
  if (hasSystemd()) {
    await $`${asRoot} systemctl enable --now docker`;
    return;
  }
  if ((await $({ nothrow: true })`${asRoot} service docker start`).ok) return;
  await $`${asRoot} sh -c ${`setsid dockerd >>${LOG} 2>&1 </dev/null &`}`;
}

/** Where to look when the engine does not do what it should. */
export const logHint = () => (hasSystemd() ? "journalctl -u docker" : `tail ${LOG}`);
