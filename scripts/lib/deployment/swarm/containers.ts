import { $ } from "zx/core";
import { EXIT, Failure } from "../../run/failure.ts";
import type { Settings } from "../../run/settings.ts";
import type { Container } from "../orchestrator.ts";

/**
 * The containers of a part that run on this host, the lowest slot first. Throws a Failure (refused) where the engine is
 * that of another host, whose processes are not here.
 */
export async function containersOf({ name }: Settings, part: string): Promise<Container[]> {
  const host = process.env["DOCKER_HOST"];
  if (host && !host.startsWith("unix:"))
    throw new Failure(`the processes of ${host} are not on this host`, { code: EXIT.refused });
  const label = `label=com.docker.swarm.service.name=${name}_${part}`;
  const { stdout: ids } = await $`docker ps --quiet --filter ${label} --filter status=running`;
  const list = ids.split("\n").filter(Boolean);
  if (list.length === 0) return [];
  // One that has ended meanwhile is an error, and all others are told all the same.
  const format = "{{.Name}} {{.State.Pid}}";
  const { stdout } = await $({ nothrow: true })`docker inspect --format ${format} ${list}`;
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [container = "", pid] = line.slice(1).split(" ");
      // counter_redis.1.<id of the task>
      return { name: container.split(".").slice(0, 2).join("."), pid: Number(pid) };
    })
    .filter(({ pid }) => pid > 0)
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
