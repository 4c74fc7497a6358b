import { readFileSync } from "node:fs";

/** Whether a process runs. One that has ended stays as a zombie where nobody waits for it. */
export function lives(pid: string): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${Number(pid)}/status`, "utf8"));
  } catch {
    return false;
  }
}
