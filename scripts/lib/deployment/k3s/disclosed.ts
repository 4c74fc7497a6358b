import { $ } from "zx/core";
import type { Settings } from "../../run/settings.ts";
import { asRoot } from "../../run/shell.ts";
import { pods } from "./state.ts";

/** What the cluster tells of the namespace to whoever may ask it for anything but secrets. */
export async function disclosed(settings: Settings): Promise<Record<string, string>> {
  const inside = ["--namespace", settings.name];
  const all = await pods(settings);
  const objects = await $`kubectl get all,configmaps,events ${inside} --output yaml`;
  const logs = await Promise.all(
    all.map(({ metadata }) => $({ nothrow: true })`kubectl logs ${metadata.name} --all-containers ${inside}`),
  );
  const names = await $`kubectl get pods ${inside} --output jsonpath={..image}`;
  const images = [...new Set(names.stdout.split(/\s+/).filter(Boolean))];
  const inspected = await Promise.all(
    images.map((image) => $({ nothrow: true })`${asRoot} k3s crictl inspecti ${image}`),
  );
  return {
    definitions: objects.stdout,
    "layers of images": inspected.map(({ stdout }) => stdout).join("\n"),
    logs: logs.map(({ stdall }) => stdall).join("\n"),
  };
}
