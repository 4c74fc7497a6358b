import { cpuOf } from "../cores.ts";
import { pause } from "../../run/wait.ts";
import { memoryOf, players } from "../processes.ts";
import type { Idle } from "./comparison.ts";

/** What the orchestrators' programs use for so many seconds in which nobody asks for anything. */
export async function idleOrchestrators(seconds: number): Promise<Idle[]> {
  const all = players().filter(({ role }) => role === "orchestrator");
  const before = new Map(all.map(({ pid }) => [pid, cpuOf(pid)]));
  const begun = performance.now();
  await pause(seconds * 1000);
  const took = (performance.now() - begun) / 1000;
  const rows = new Map(all.map(({ platform, program }) => [`${platform} ${program}`, { platform, program }]));
  return [...rows]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([, row]) => {
      const own = all.filter((one) => one.platform === row.platform && one.program === row.program);
      const pids = own.map(({ pid }) => pid);
      const used = pids.map((pid) => Math.max(0, (cpuOf(pid) ?? 0) - (before.get(pid) ?? 0)));
      return {
        ...row,
        processes: pids.length,
        cores: used.reduce((a, b) => a + b, 0) / took,
        memory: pids.map(memoryOf).reduce((a, b) => a + b, 0),
      };
    });
}
