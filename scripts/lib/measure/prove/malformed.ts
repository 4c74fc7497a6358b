import { sendMalformed } from "../../../../checks/malformed/send.ts";
import { memoryOf } from "../processes.ts";
import type { Done, Stage } from "./stage.ts";

const SEED = 18;

/** Malformed requests to the front door. None may fail it, mislead others, or end a process. */
export async function malformedRequests(stage: Stage, count: number): Promise<Done> {
  const { orchestrator, settings, door } = stage;
  const { hostname: host, port } = new URL(door);
  const before = await orchestrator.snapshot(settings);
  const memory = await mostMemory(stage);
  const report = await sendMalformed({ host, port: Number(port || 80) }, count, SEED);
  const grown = await mostMemory(stage);
  const { processes } = await orchestrator.snapshot(settings);
  const { sent, faulty, faults, misled, asked } = report;
  const fresh = processes.filter((one) => !before.processes.includes(one)).length;
  const problems = [
    ...(faulty > 0 ? [`${faulty} failed it: ${faults[0]!.kind} ${faults[0]!.what}`] : []),
    ...(misled.length > 0 ? [`another client was misled: ${misled[0]}`] : []),
    ...(fresh > 0 ? [`${fresh} processes were replaced`] : []),
  ];
  const note = `${sent.toLocaleString("en")} sent, ${asked.toLocaleString("en")} good ones in between`;
  return { note: `${note}, memory of the largest replica ${memory} -> ${grown} MiB`, problems };
}

/** MiB of the replica that has most. */
async function mostMemory({ orchestrator, settings }: Stage): Promise<number> {
  const replicas = await orchestrator.containersOf(settings, "app");
  return Math.round(Math.max(0, ...replicas.map(({ pid }) => memoryOf(String(pid)))) / 2 ** 20);
}
