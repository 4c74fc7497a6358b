import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { glob, mkdir, rename, rm, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { $ } from "zx/core";
import { distributionSources, hostSources } from "./apt-sources.ts";
import { EXIT, Failure } from "../run/failure.ts";
import { osRelease } from "../host/facts.ts";
import { cacheFolder, ROOT } from "../run/paths.ts";
import { asRoot } from "../run/shell.ts";

const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";
/** Where mmdebstrap unpacks; /tmp may be a small one, in memory. */
const WORK = "/var/tmp";
/** Megabytes; it takes about 250. mmdebstrap itself does not say that a disk is full. */
const MIN_FREE_MB = 500;
/** Puts usr-is-merged in place of usrmerge, which brings all of Perl: 48 MB of 134. */
const MERGED_USR = "/usr/share/mmdebstrap/hooks/maybe-merged-usr";

/** Hooks of mmdebstrap find its path in their environment. */
const DPKG_CONFIG = `${ROOT}deploy/images/dpkg.cfg`;
/**
 * Removes what mmdebstrap unpacks before dpkg is there to leave it out. A filter of its own would start a Python for
 * each package.
 */
const REMOVE_DOCUMENTATION = `find "$1/usr/share" -regextype posix-extended ! -type d \
  -regex ".*/usr/share/(man|info|locale|lintian|doc)/.*" ! -path "*/doc/*/copyright" -delete`;

const FLAGS = [
  "--variant=minbase",
  // Node needs the two libraries.
  "--include=ca-certificates,libatomic1,libstdc++6",
  '--setup-hook=install -D --mode=644 "$DPKG_CONFIG" "$1/etc/dpkg/dpkg.cfg.d/images"',
  `--customize-hook=${REMOVE_DOCUMENTATION}`,
  ...(existsSync(MERGED_USR) ? [`--hook-dir=${MERGED_USR}`] : []),
  ...(existsSync(CERTIFICATES) ? [`--customize-hook=copy-in ${CERTIFICATES} /etc/ssl/certs`] : []),
];

/** A minimal system of this host's distribution, as a tar archive. */
export interface Rootfs {
  /** Changes with everything that goes into it but the packages' versions: those are as new as the archive. */
  hash: string;
  /** As in "Debian 12 (bookworm)". */
  distribution: string;
  file: string;
  sources: string;
  suite: string;
}

/** What the host's minimal system would be; `makeRootfs` makes it. Undefined where packages are not apt's. */
export function describeRootfs(): Rootfs | undefined {
  const suite = osRelease("VERSION_CODENAME");
  const sources = distributionSources(hostSources(), { id: osRelease("ID"), suite }).join("\n");
  if (!suite || !sources) return undefined;
  const certificates = existsSync(CERTIFICATES) ? readFileSync(CERTIFICATES) : "";
  const hash = createHash("sha256").update(JSON.stringify([suite, sources, process.arch, FLAGS]));
  const digest = hash.update(readFileSync(DPKG_CONFIG)).update(certificates).digest("hex").slice(0, 12);
  return {
    hash: digest,
    distribution: osRelease("PRETTY_NAME").replace("GNU/Linux ", ""),
    file: `${cacheFolder()}/${suite}-${digest}.tar`,
    sources,
    suite,
  };
}

/** Makes the archive unless it is there, from signed packages. Half an archive never gets its name. */
export async function makeRootfs({ file, sources, suite }: Rootfs): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true });
  await removeLeftovers(file);
  if (existsSync(file)) return;
  if (!(await $({ nothrow: true })`command -v mmdebstrap`).ok) {
    throw new Failure("there is no mmdebstrap on this machine", {
      code: EXIT.refused,
      hint: "make provision",
    });
  }
  for (const dir of [WORK, folder]) await needRoom(dir);
  const unfinished = `${file}.${process.pid}`;
  // A session of its own: when mmdebstrap fails it ends its whole process group with HUP, and that would be this
  // process, make and the script that called it.
  const apart = [...asRoot, "setsid", "--wait", "env", `TMPDIR=${WORK}`, `DPKG_CONFIG=${DPKG_CONFIG}`];
  try {
    await $({ input: sources })`${apart} mmdebstrap --quiet ${FLAGS} ${suite} - - > ${unfinished}`;
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function needRoom(dir: string): Promise<void> {
  const { bavail, bsize } = await statfs(dir);
  const free = Math.floor((bavail * bsize) / 1e6);
  if (free >= MIN_FREE_MB) return;
  throw new Failure(`the disk is full: ${dir} has ${free} MB left, and ${MIN_FREE_MB} are needed`, {
    hint: "free some space and run it again",
  });
}

/** Archives of earlier inputs, and what runs that were killed have left; those of a run that goes on stay. */
async function removeLeftovers(current: string): Promise<void> {
  const folder = dirname(current);
  for await (const name of glob("*-*.tar{,.*}", { cwd: folder })) {
    const pid = /\.tar\.(\d+)$/.exec(name)?.[1];
    const used = pid ? existsSync(`/proc/${pid}`) : `${folder}/${name}` === current;
    if (!used) await rm(`${folder}/${name}`, { force: true });
  }
}
