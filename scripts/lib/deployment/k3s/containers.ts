import { $ } from "zx/core";
import type { Settings } from "../../run/settings.ts";
import { asRoot } from "../../run/shell.ts";
import type { Container } from "../orchestrator.ts";
import { isReady, objects, podsBehind } from "./state.ts";

/** The containers behind a part's Service that are ready, in the order of their pods' names. */
export async function containersOf(settings: Settings, part: string): Promise<Container[]> {
  const mine = podsBehind(await objects(settings), part).filter(isReady);
  const found = await Promise.all(
    mine.map(async ({ metadata: { name }, status: { containerStatuses = [] } }) => {
      // containerd://<id>
      const id = containerStatuses[0]?.containerID?.split("//")[1] ?? "";
      const { stdout } = await $({ nothrow: true })`${asRoot} k3s crictl inspect --output json ${id}`;
      return { name, pid: pidIn(stdout) };
    }),
  );
  return found.filter(({ pid }) => pid > 0);
}

/** The number of a container's first process; 0 where containerd did not say. */
function pidIn(text: string): number {
  try {
    return (JSON.parse(text) as { info?: { pid?: number } }).info?.pid ?? 0;
  } catch {
    return 0;
  }
}
