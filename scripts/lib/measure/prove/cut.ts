import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { Orchestrator } from "../../deployment/orchestrator.ts";
import { EXIT } from "../../run/failure.ts";
import { ROOT } from "../../run/paths.ts";
import type { Settings } from "../../run/settings.ts";
import { until } from "../../run/wait.ts";
import { deployTo, type Done, type Stage } from "./stage.ts";

/** What a process of its own shall deploy. */
export interface Order {
  orchestrator: Orchestrator["name"];
  settings: Settings;
  version: string;
}

/** How a process ended. */
export interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
}

/** What ends a deployment in its middle: Ctrl-C, which it may answer, or kill -9. */
export type Cut = "SIGINT" | "SIGKILL";

const PROGRAM = `${ROOT}scripts/lib/measure/prove/cut-process.ts`;

/**
 * Starts the deployment of another version in a process of its own, ends that when the first new replicas serve, and then
 * asks for the same again. Throws as a release does where that fails.
 */
export async function cutDeployment(stage: Stage, cut: Cut): Promise<Done> {
  const { orchestrator, settings, versions, deployed } = stage;
  const version = versions.other;
  const child = startProcess({ orchestrator: orchestrator.name, settings, version });
  const ended = endOf(child);
  let ready: number | undefined;
  try {
    ready = await middle(stage, version, child);
    // As a terminal does it: the whole group is told.
    if (ready !== undefined) process.kill(-child.pid!, cut);
    const end = await ended;
    const problem =
      ready === undefined ? `it was over before its middle: ${saidOf(end)}` : wrongEnd(cut, end);
    await deployTo(stage, version);
    const note = `cut with ${ready ?? 0} of ${deployed.replicas} new replicas: ${saidOf(end)}; then deployed`;
    return { note, problems: problem === undefined ? [] : [problem] };
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

function startProcess(order: Order): ChildProcess {
  return spawn(process.execPath, [PROGRAM], {
    env: { ...process.env, PROVE_CUT: JSON.stringify(order) },
    // It ends with this process: its stdin is closed then.
    stdio: ["pipe", "ignore", "pipe"],
    detached: true,
  });
}

async function endOf(child: ChildProcess): Promise<End> {
  const [[code, signal], stderr] = await Promise.all([once(child, "close"), text(child.stderr!)]);
  return { code, signal, stderr };
}

/** How many new replicas there were when there were some; undefined where the process had ended before. */
async function middle(
  { orchestrator, settings }: Stage,
  version: string,
  child: ChildProcess,
): Promise<number | undefined> {
  const wait = { what: "the deployment does not begin", deadline: settings.deadlines.converge };
  const { running } = await until(wait, async () => {
    const now = await orchestrator.observe(settings);
    if (child.exitCode !== null || child.signalCode !== null) return { running: undefined };
    return now?.version === version && now.running > 0 && { running: now.running };
  });
  return running;
}

/** What is wrong about how a deployment ended that was cut: at Ctrl-C it takes back what it did, and says so. */
export function wrongEnd(cut: Cut, end: End): string | undefined {
  const right = cut === "SIGINT" ? end.code === EXIT.rolledBack : end.signal === cut;
  return right ? undefined : `${cut} did not end it as it should: ${saidOf(end)}`;
}

const saidOf = ({ code, signal, stderr }: End) =>
  [signal ? `ended by ${signal}` : `exit code ${code}`, stderr.trim()].filter(Boolean).join(", ");
