import { existsSync } from "node:fs";
import { $ } from "zx/core";
import { hasSystemd } from "../../../host/facts.ts";
import { asRoot } from "../../../run/shell.ts";

/** The kit's settings for k3s, beside the user's own files. Its presence shows that the kit installed this k3s. */
export const CONFIG = "/etc/rancher/k3s/config.yaml.d/counter-deploy.yaml";
/** What install.sh makes last. */
const UNIT = "/etc/systemd/system/k3s.service";

/** What of k3s is on this host. */
export interface Installed {
  /** Like "v1.36.4+k3s1"; empty if there is none. */
  version: string;
  /** Whether the kit installed it. */
  ours: boolean;
  /** Whether an installation came to its end. */
  complete: boolean;
}

/** Finds out what is here, without changing anything. */
export async function installed(): Promise<Installed> {
  const here = (await $({ nothrow: true })`command -v k3s`).ok;
  const { stdout } = here ? await $({ nothrow: true })`${asRoot} k3s --version` : { stdout: "" };
  return {
    version: /^k3s version (\S+)/m.exec(stdout)?.[1] ?? (here ? "?" : ""),
    ours: existsSync(CONFIG),
    complete: here && (!hasSystemd() || existsSync(UNIT)),
  };
}

/** Whether somebody else has installed it. */
export const isForeign = ({ version, ours }: Installed) => version !== "" && !ours;
