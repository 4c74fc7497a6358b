import { $ } from "zx/core";
import { asRoot } from "../run/shell.ts";

/**
 * Installs those packages of the list that the distribution has, after what an interrupted installation left undone.
 * Waits five minutes for another apt: a new server updates itself first. Throws with apt's last lines.
 */
export async function aptInstall(packages: string[]): Promise<void> {
  const root = [...asRoot, "env", "DEBIAN_FRONTEND=noninteractive"];
  await $`${root} dpkg --configure -a`;
  await $`${root} apt-get update -q`;
  const known = await $({
    nothrow: true,
  })`apt-cache show --no-all-versions ${packages} | sed -n 's/^Package: //p'`;
  const wanted = packages.filter((name) => known.stdout.split("\n").includes(name));
  await $`${root} apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 ${wanted}`;
}
