import { $ } from "zx/core";
import type { Settings } from "../../run/settings.ts";
import { services } from "./state.ts";

/** What the engine tells of the stack to whoever may ask it. */
export async function disclosed({ name }: Settings): Promise<Record<string, string>> {
  const label = `label=com.docker.stack.namespace=${name}`;
  const stack = [...(await services(name)).values()];
  const { stdout } = await $`docker ps --all --quiet --filter ${label}`;
  const containers = stdout.split("\n").filter(Boolean);
  const images = [...new Set(stack.map(({ Spec }) => Spec.TaskTemplate.ContainerSpec.Image))];
  const names = stack.map(({ Spec }) => Spec.Name);
  return {
    definitions: await text([$`docker inspect ${[...names, ...containers, ...images]}`]),
    "layers of images": await text(images.map((image) => $`docker history --no-trunc ${image}`)),
    logs: await text(
      names.map((one) => $({ nothrow: true, timeout: "30s" })`docker service logs --raw ${one}`),
    ),
  };
}

const text = async (parts: Promise<{ stdall: string }>[]) =>
  (await Promise.all(parts)).map(({ stdall }) => stdall).join("\n");
