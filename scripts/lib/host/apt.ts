import { $, ProcessOutput, type ProcessPromise } from "zx/core";
import { asRoot } from "../run/shell.ts";
import { until } from "../run/wait.ts";

/** Seconds for which another apt is waited for: a new server updates itself first. */
const PATIENCE = 300;

/**
 * Installs those packages of the list that the distribution has, after what an interrupted installation left undone.
 * Waits five minutes for another apt. Throws with apt's last lines.
 */
export async function aptInstall(packages: string[]): Promise<void> {
  const root = [...asRoot, "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C"];
  await whenUnlocked(() => $`${root} dpkg --configure -a`);
  await whenUnlocked(() => $`${root} apt-get update -q`);
  const known = await $({
    nothrow: true,
  })`apt-cache show --no-all-versions ${packages} | sed -n 's/^Package: //p'`;
  const wanted = packages.filter((name) => known.stdout.split("\n").includes(name));
  await $`${root} apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=${PATIENCE} ${wanted}`;
}

/** Runs what does not wait for the lock of another apt or dpkg, until there is none. */
const whenUnlocked = (run: () => ProcessPromise) =>
  until({ what: "another apt has not ended", deadline: PATIENCE }, () =>
    run().catch((error: unknown) => {
      if (error instanceof ProcessOutput && /Could not get lock|locked by another process/.test(error.stderr))
        return;
      throw error;
    }),
  );
