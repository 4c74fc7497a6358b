import type { Report as MalformedReport } from "../../../../checks/malformed/send.ts";
import { requireDeployed } from "../../deployment/deployed.ts";
import type { Deployed, Orchestrator } from "../../deployment/orchestrator.ts";
import { release } from "../../deployment/release.ts";
import { scaleTo } from "../../deployment/scale.ts";
import { awaitWell } from "../../deployment/well.ts";
import { baseImages } from "../../images/base.ts";
import { EXIT, Failure } from "../../run/failure.ts";
import { interruption } from "../../run/interrupt.ts";
import { type Outcome, type Report, within } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import { toFailure } from "../../run/shell.ts";
import { pause } from "../../run/wait.ts";
import { type Fault, kill } from "../faults.ts";
import type { VersionName, Versions } from "./versions.ts";

/** What an act has to do with. */
export interface Stage {
  orchestrator: Orchestrator;
  settings: Settings;
  /** As it was found. */
  deployed: Deployed;
  /** Its front door, as clients reach it. */
  door: string;
  versions: Versions;
  /** Containers of each part, while all is well. */
  containers: Record<string, number>;
  report: Report;
}

/** As much of it as a deployment needs. */
export type Deploying = Pick<Stage, "orchestrator" | "settings" | "report">;

/** How malformed requests were answered, by kind and status. */
export interface Answers extends Pick<MalformedReport, "statuses"> {
  to: "door" | "replica";
}

/** What an act says of itself, beside what clients saw. */
export interface Done {
  note?: string;
  /** What did not go as it should, each in a line. */
  problems?: string[];
  /** What was ended, one after the other. */
  faults?: Fault[];
  /** How malformed requests were answered. */
  answers?: Answers[];
}

/** Asks for a change as the verbs do, waits for it and verifies it. Returns whether anything was to be done. */
async function change(
  { orchestrator, settings, report }: Deploying,
  name: string,
  to: { version?: string; replicas?: number },
  act: (now: Deployed) => Promise<Outcome>,
): Promise<void> {
  const now = await requireDeployed(orchestrator, settings);
  const { version = now.version, replicas = now.replicas } = to;
  await release(orchestrator, settings, within(report), { name, version, replicas, act: () => act(now) });
}

/** Rolls to a version, unless it runs. Throws as a release does. */
export const rollTo = (stage: Stage, version: string): Promise<void> =>
  change(stage, `Roll to ${version}`, { version }, async (now) =>
    now.version === version ? {} : stage.orchestrator.switchTo(stage.settings, version, now.version),
  );

/** Scales to one size after the other. */
export async function scaleThrough(stage: Stage, sizes: number[]): Promise<Done> {
  const { orchestrator, settings } = stage;
  for (const replicas of sizes)
    await change(stage, `Scale to ${replicas}`, { replicas }, (now) =>
      scaleTo(orchestrator, settings, now.replicas, replicas),
    );
  return { note: sizes.join(", ") };
}

/** Rolls to a version that must not be taken for a good one. */
export async function rollInVain(stage: Stage, name: VersionName): Promise<Done> {
  const { version } = stage.deployed;
  try {
    await rollTo(stage, stage.versions[name]);
  } catch (error) {
    interruption.throwIfAborted();
    const { code, details, message } = toFailure(error);
    if (code === EXIT.rolledBack && details.serving?.startsWith(version))
      return { note: `exit code ${code}` };
    return { problems: [`it ended with exit code ${code}, and not with ${EXIT.rolledBack}: ${message}`] };
  }
  return { problems: ["it was taken for a good version"] };
}

/** Deploys a version, or what runs once more, as the deployment's own verb asks for it. Throws as a release does. */
export async function deployTo(stage: Deploying, version?: string): Promise<void> {
  const { orchestrator, settings, report } = stage;
  const base = await baseImages(settings, report);
  await change(stage, "Deploy", { ...(version && { version }) }, (now) => {
    const other = version && version !== now.version;
    const fresh = other ? { version, previous: now.version, since: new Date().toISOString() } : {};
    return orchestrator.apply(settings, { ...now, ...fresh, base });
  });
}

/** Deploys what runs once more, and looks whether anything was replaced. */
export async function deployAgain(stage: Stage): Promise<Done> {
  const { orchestrator, settings } = stage;
  const before = await orchestrator.snapshot(settings);
  await deployTo(stage);
  const { processes } = await orchestrator.snapshot(settings);
  const fresh = processes.filter((one) => !before.processes.includes(one));
  return fresh.length > 0 ? { problems: [`${fresh.length} processes were replaced`] } : { note: "unchanged" };
}

/**
 * What it costs may come late: k3s marks the pods of a node that was away, and for some seconds no replica is behind the
 * Service (tried: v1.21 under load).
 */
const AFTER_RESTART_MS = 10_000;

/** Restarts what runs the containers, and does nothing else. */
export async function restartEngine({ orchestrator, settings }: Stage): Promise<Done> {
  const from = performance.now();
  await orchestrator.restartEngine(settings);
  const seconds = (performance.now() - from) / 1000;
  await pause(AFTER_RESTART_MS);
  return { note: `it answered again after ${seconds.toFixed(1)} s` };
}

/** Ends a container of a part with kill -9; which, chance says. */
export async function killOne(stage: Stage, part: string): Promise<Done> {
  const all = await stage.orchestrator.containersOf(stage.settings, part);
  const one = all[Math.floor(Math.random() * all.length)];
  if (!one) throw new Failure(`there is no ${part} here`, { code: EXIT.refused });
  const fault = await kill(one);
  return { faults: [fault], note: fault.container };
}

/** Ends every replica with kill -9, one after the other, each when all is well again. */
export async function killEachReplica(stage: Stage): Promise<Done> {
  const { orchestrator, settings, containers } = stage;
  const faults: Fault[] = [];
  for (const replica of await orchestrator.containersOf(settings, "app")) {
    if (faults.length > 0)
      await awaitWell(orchestrator, settings, await requireDeployed(orchestrator, settings), containers);
    interruption.throwIfAborted();
    faults.push(await kill(replica));
  }
  const problems = faults.length < stage.deployed.replicas ? ["not every replica was there to be ended"] : [];
  return { faults, note: faults.map(({ container }) => container).join(", "), problems };
}
