import { $ } from "zx/core";
import { hasSystemd } from "../../../host/facts.ts";
import { lives } from "../../../host/process.ts";
import { ROOT } from "../../../run/paths.ts";
import { asRoot } from "../../../run/shell.ts";
import { until } from "../../../run/wait.ts";

/** Of the plain process that keeps k3s running where there is no systemd. */
export const PID_FILE = "/run/counter-deploy-k3s.pid";
const LOG = "/var/log/k3s.log";
const STOP_DEADLINE = 60;

/** Where to look when k3s does not do what it should. */
export const logHint = () => (hasSystemd() ? "journalctl -u k3s" : `tail ${LOG}`);

/** Whether the kit's k3s runs, or is on its way. */
export async function isRunning(): Promise<boolean> {
  if (hasSystemd()) return (await $({ nothrow: true })`systemctl is-active --quiet k3s`).ok;
  return lives(await pidOf());
}

/** The number in the file; empty without one. */
const pidOf = async () => (await $({ nothrow: true })`${asRoot} cat ${PID_FILE}`).stdout.trim();

/** Starts k3s, or starts it again; pods outlive that. */
export async function restart(): Promise<void> {
  if (hasSystemd()) {
    await $`${asRoot} systemctl restart k3s`;
    return;
  }
  await stop();
  const server = `${ROOT}scripts/lib/deployment/k3s/host/server.sh`;
  await $`${asRoot} sh -c ${`setsid sh "$0" ${PID_FILE} >>${LOG} 2>&1 </dev/null &`} ${server}`;
}

async function stop(): Promise<void> {
  const pid = await pidOf();
  if (!lives(pid)) return;
  await $({ nothrow: true })`${asRoot} kill ${pid}`;
  const wait = { what: "k3s does not stop", deadline: STOP_DEADLINE, hint: logHint() };
  await until(wait, async () => !lives(pid));
}
