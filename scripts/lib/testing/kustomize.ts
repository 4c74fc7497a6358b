import { existsSync } from "node:fs";
import { $ } from "zx/core";
import { cacheFolder } from "../run/paths.ts";

/** The newest that an old Go builds, too: 1.19 does. */
const MODULE = "sigs.k8s.io/kustomize/kustomize/v5@v5.0.3";
const CACHE = `${cacheFolder()}/bin`;

/**
 * A command that renders a kustomization: what is installed (kubectl since 1.21, whose own kustomize knows components),
 * or else is built by Go; undefined where there is neither.
 */
export async function kustomize(): Promise<string[] | undefined> {
  const run = $({ nothrow: true, env: { ...process.env, GOBIN: CACHE } });
  if ((await run`command -v kustomize`).ok) return ["kustomize", "build"];
  if ((await run`kubectl kustomize --help | grep -q load-restrictor`).ok) return ["kubectl", "kustomize"];
  if (!existsSync(`${CACHE}/kustomize`)) await run`go install ${MODULE}`;
  return existsSync(`${CACHE}/kustomize`) ? [`${CACHE}/kustomize`, "build"] : undefined;
}
