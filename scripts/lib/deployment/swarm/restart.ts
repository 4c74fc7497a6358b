import { $ } from "zx/core";
import { logHint } from "../../host/docker.ts";
import { restartDocker } from "../../host/docker-restart.ts";
import type { Settings } from "../../run/settings.ts";
import { until } from "../../run/wait.ts";

/** Restarts the engine, with which every task ends, and waits until it manages the swarm again. */
export async function restartEngine({ deadlines }: Settings): Promise<void> {
  await restartDocker();
  const wait = { what: "the Docker engine does not answer", deadline: deadlines.start, hint: logHint() };
  await until(wait, async () => (await $({ nothrow: true })`docker service ls`).ok);
}
