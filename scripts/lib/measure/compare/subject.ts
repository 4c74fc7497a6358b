import { isDeepStrictEqual } from "node:util";
import { difference } from "../../deployment/change.ts";
import { requireDeployed } from "../../deployment/deployed.ts";
import { doorState } from "../../deployment/front-door.ts";
import type { Orchestrator, Snapshot } from "../../deployment/orchestrator.ts";
import { release } from "../../deployment/release.ts";
import { settle } from "../../deployment/settle.ts";
import { type Report, within } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import { countAt } from "../count.ts";
import type { Target } from "../load/target.ts";

/** A deployment that is compared at several sizes. */
export interface Subject {
  name: Orchestrator["name"];
  url: string;
  version: string;
  /** Its count when it was found. */
  counted: number;
  /** As it was found, and as it is put back. */
  before: { replicas: number; cpus: number };
  /** Brings it to a size, each replica with so many cores where that is said, and waits until all serve. */
  to: (replicas: number, cpus: number | undefined, report: Report) => Promise<void>;
  /** What somebody else has changed since it was brought to its size; undefined if nothing. */
  disturbed: () => Promise<string | undefined>;
  /** Puts it back, also after an interruption. */
  restore: () => Promise<void>;
}

/** What keeps a deployment from being compared, each problem in a line. */
export async function subjectProblems(orchestrator: Orchestrator, settings: Settings): Promise<string[]> {
  const deploy = `make deploy-${orchestrator.name}`;
  const deployed = await orchestrator.observe(settings).catch(() => undefined);
  if (!deployed) return [`${settings.name} is not deployed on ${orchestrator.platform}: ${deploy}`];
  const { running, replicas, url } = deployed;
  const door = await doorState(url);
  return [
    ...(running === replicas ? [] : [`${running} of ${replicas} replicas run on ${orchestrator.platform}`]),
    ...(door ? [`the front door of ${orchestrator.platform} does not answer: ${door}`] : []),
  ];
}

/** The deployment of an orchestrator as it stands. Throws a Failure (refused) where there is none. */
export async function subjectOf(orchestrator: Orchestrator, settings: Settings): Promise<Subject> {
  const before = await requireDeployed(orchestrator, settings);
  const { url, version } = before;
  const counted = await countAt(url);
  const found = await orchestrator.snapshot(settings);
  let present = before;
  let settled: Snapshot = found;

  async function to(replicas: number, cpus: number | undefined, report: Report): Promise<void> {
    const same = present.replicas === replicas && (cpus === undefined || present.cpus === cpus);
    const act = async () => (same ? {} : orchestrator.scale(settings, replicas, cpus));
    present = await release(orchestrator, settings, within(report), {
      name: "Scale",
      version,
      replicas,
      act,
    });
    settled = await orchestrator.snapshot(settings);
  }

  async function disturbed(): Promise<string | undefined> {
    const now = await orchestrator.snapshot(settings);
    const { changed, replaced, created } = difference(settled, now);
    if (changed)
      return `the deployment was changed meanwhile: ${[...replaced, ...created].join(", ") || "its size"}`;
    const fresh = now.processes.filter((one) => !settled.processes.includes(one));
    return fresh.length > 0 ? "a process of the deployment was replaced meanwhile" : undefined;
  }

  async function restore(): Promise<void> {
    const { parts } = await orchestrator.snapshot(settings);
    if (isDeepStrictEqual(parts, found.parts)) return;
    await settle(orchestrator, settings, () => orchestrator.scale(settings, before.replicas, before.cpus));
  }

  const { replicas, cpus } = before;
  return {
    name: orchestrator.name,
    url,
    version,
    counted,
    before: { replicas, cpus },
    to,
    disturbed,
    restore,
  };
}

/** Where the load of a subject goes, as the load itself takes it. */
export const targetOf = ({ name, url, version }: Subject, replicas: number): Target => ({
  url,
  orchestrator: name,
  replicas,
  local: true,
  count: 0,
  version,
});
