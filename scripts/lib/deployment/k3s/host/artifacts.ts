import { existsSync } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { basename } from "node:path";
import { EXIT, Failure } from "../../../run/failure.ts";
import { download, NotReachable, verifySum } from "../../../run/download.ts";
import { cacheFolder } from "../../../run/paths.ts";
import type { Outcome, Report } from "../../../run/progress.ts";
import type { Settings } from "../../../run/settings.ts";
import { type Installed, isForeign } from "./installed.ts";

/** Where the release's files are kept, and looked for before the network is asked. */
export const artifactsFolder = (): string => `${cacheFolder()}/k3s`;

/** Paths of the verified files of one release. */
export interface Artifacts {
  binary: string;
  installer: string;
  images: string;
}

/** The release's own names for this machine's architecture. */
const arch = process.arch === "arm64" ? "arm64" : "amd64";
const BINARY = arch === "arm64" ? "k3s-arm64" : "k3s";
const SUMS = `sha256sum-${arch}.txt`;
const IMAGES = [".tar.zst", ".tar.gz", ".tar"].map((end) => `k3s-airgap-images-${arch}${end}`);
const INSTALLER = "install.sh";
const INSTALLER_SUM = "install.sh.sha256sum";
/** In the source repository, at the release's tag; its lists of sums name neither. */
const OF_SOURCE = [INSTALLER, INSTALLER_SUM];

/** Which of the release's files a folder lacks. */
export function lacking(dir: string): string[] {
  const images = IMAGES.find((name) => existsSync(`${dir}/${name}`)) ?? IMAGES[0]!;
  return [BINARY, SUMS, images, ...OF_SOURCE].filter((name) => !existsSync(`${dir}/${name}`));
}

/**
 * The files of the pinned release: from the folder that was named, else from the kit's own, else from the network;
 * none if this version, or somebody else's k3s, is here. Each is held against the release's checksums first.
 * Throws a Failure (refused) that says which files to put where.
 */
export async function artifacts(
  { k3s }: Settings,
  here: Installed,
  named: string | undefined,
  report: Report,
): Promise<{ files?: Artifacts } & Outcome> {
  if (isForeign(here) || (here.complete && here.version === k3s.version))
    return { changed: false, note: here.version };
  const dir = named ?? artifactsFolder();
  const missing = lacking(dir);
  if (missing.length === 0 && (named || (await holds(dir, k3s.version)))) {
    return { files: await verified(dir, k3s.version), note: `from ${dir}` };
  }
  if (named) throw refusal(`${named} lacks files of k3s ${k3s.version}`, k3s, dir, missing);
  try {
    return { files: await bring(k3s, report), note: "from the network" };
  } catch (error) {
    if (!(error instanceof NotReachable)) throw error;
    const wanted = missing.length > 0 ? missing : lacking("");
    throw refusal(`k3s ${k3s.version} cannot be downloaded: ${error.message}`, k3s, dir, wanted);
  }
}

/** Brings the release from the network. What is in the kit's folder goes only when all of it is here and right. */
async function bring({ version, releases, source }: Settings["k3s"], report: Report): Promise<Artifacts> {
  const tag = encodeURIComponent(version);
  const folder = artifactsFolder();
  const coming = `${folder}-${version}`;
  for (const name of [SUMS, BINARY, IMAGES[0]!])
    await download(`${releases}/${tag}/${name}`, `${coming}/${name}`, report);
  for (const name of OF_SOURCE) await download(`${source}/${tag}/${name}`, `${coming}/${name}`, report);
  await verified(coming, version);
  await rm(folder, { recursive: true, force: true });
  await rename(coming, folder);
  return paths(folder);
}

/** Checks every file of a folder. Nothing is executable before, or run to find out its version. */
async function verified(dir: string, version: string): Promise<Artifacts> {
  const { images } = paths(dir);
  for (const file of [`${dir}/${BINARY}`, images]) await verifySum(file, basename(file), `${dir}/${SUMS}`);
  await verifySum(`${dir}/${INSTALLER}`, INSTALLER, `${dir}/${INSTALLER_SUM}`);
  if (!(await holds(dir, version))) {
    throw new Failure(`${dir}/${BINARY} is not k3s ${version}`, {
      code: EXIT.refused,
      hint: "k3s.version in deploy/settings.yaml",
    });
  }
  return paths(dir);
}

function paths(dir: string): Artifacts {
  const images = IMAGES.find((name) => existsSync(`${dir}/${name}`))!;
  return { binary: `${dir}/${BINARY}`, installer: `${dir}/${INSTALLER}`, images: `${dir}/${images}` };
}

/** Whether the binary carries the version in it. */
const holds = async (dir: string, version: string) => (await readFile(`${dir}/${BINARY}`)).includes(version);

function refusal(
  message: string,
  { version, releases, source }: Settings["k3s"],
  dir: string,
  missing: string[],
): Failure {
  const tag = encodeURIComponent(version);
  const from = (name: string) => `${OF_SOURCE.includes(name) ? source : releases}/${tag}/${name}`;
  return new Failure(message, {
    code: EXIT.refused,
    lines: missing.map((name) => `${dir}/${name}  from ${from(name)}`),
    hint: "put these files there, or name the folder that has them with K3S_ARTIFACTS=",
  });
}
