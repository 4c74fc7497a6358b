import { $ } from "zx/core";
import { EXIT, Failure } from "../run/failure.ts";
import { asRoot } from "../run/shell.ts";
import { until } from "../run/wait.ts";
import { logHint, startEngine } from "./docker.ts";
import { hasSystemd, privilegeProblem } from "./facts.ts";
import { lives } from "./process.ts";

/** Where an engine writes its number, unless it is told otherwise [dockerd, --pidfile]. */
const PID_FILE = "/var/run/docker.pid";
/** An engine waits 15 s for its containers, or as long as the slowest of them may take, and 5 s more. */
const STOP_DEADLINE = 120;

/** Why the engine that answers cannot be restarted from here; undefined if it can. */
export async function restartProblem(): Promise<string | undefined> {
  const elsewhere = process.env["DOCKER_HOST"];
  if (elsewhere) return `the engine is ${elsewhere}, and only this host's own can be restarted`;
  const problem = await privilegeProblem();
  if (problem) return problem;
  if (hasSystemd() || lives(await engineProcess())) return undefined;
  return `there is neither systemd nor an engine that writes ${PID_FILE}`;
}

/**
 * Stops this host's engine, and starts it as provision does. Its containers end with it. Returns at once: it answers
 * later. Throws a Failure where it does not stop.
 */
export async function restartDocker(): Promise<void> {
  if (hasSystemd()) {
    await $`${asRoot} systemctl restart docker`;
    return;
  }
  const pid = await engineProcess();
  if (!lives(pid)) throw new Failure("there is no engine to restart", { code: EXIT.refused });
  await $`${asRoot} kill ${pid}`;
  const wait = { what: "the Docker engine does not stop", deadline: STOP_DEADLINE, hint: logHint() };
  // What was stopped is started again, whatever happens.
  await until({ ...wait, despiteInterrupt: true }, async () => !lives(pid));
  await startEngine();
}

const engineProcess = async () => (await $({ nothrow: true })`${asRoot} cat ${PID_FILE}`).stdout.trim();
