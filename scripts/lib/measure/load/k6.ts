import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { $ } from "zx/core";
import { download, NotReachable, verifySum } from "../../run/download.ts";
import { EXIT, Failure } from "../../run/failure.ts";
import type { OptionValues } from "../../run/options.ts";
import { cacheFolder, ROOT } from "../../run/paths.ts";
import type { Report } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import type { Generator } from "./generate.ts";

/** What the script in checks/load is written for. */
const MAJOR = 2;
const PLATFORM = `linux-${process.arch === "arm64" ? "arm64" : "amd64"}`;

type Pinned = Settings["load"]["k6"];

/** The release's files that are needed: the program in an archive, and the sums. */
const filesOf = ({ version }: Pinned) => ({
  archive: `k6-${version}-${PLATFORM}.tar.gz`,
  sums: `k6-${version}-checksums.txt`,
});

/**
 * A k6 to send the load with: the named one, the one on the PATH if it is of the right major version, or else the
 * pinned release from the named folder, the kit's cache or the network, held against its sums before it can run.
 * Throws a Failure (refused): NotReachable where there simply is none to be had, another where one is not right.
 */
export async function findK6(
  k6: Pinned,
  options: OptionValues,
  report: Report,
  cache = `${cacheFolder()}/k6`,
): Promise<Generator> {
  if (options.k6) {
    const version = await versionOf(options.k6);
    if (version && isRight(version)) return generatorOf(options.k6, version);
    const what = version ? `k6 ${version}, and this needs ${MAJOR}.x` : "no k6 that runs";
    throw new Failure(`${options.k6} is ${what}`, { code: EXIT.refused, hint: "K6=path" });
  }
  if (options.k6Artifacts) return unpack(k6, options.k6Artifacts, cache);
  const there = await onPath();
  if (there) return there;
  await bring(k6, cache, report);
  return unpack(k6, cache, cache);
}

/** The k6 that `findK6` takes, where nothing has to be downloaded for it; undefined where there is none, or one that is not right. */
export async function k6AtHand(
  k6: Pinned,
  options: OptionValues,
  cache = `${cacheFolder()}/k6`,
): Promise<Generator | undefined> {
  const named = options.k6 ?? options.k6Artifacts;
  const kept = Object.values(filesOf(k6)).every((name) => existsSync(`${cache}/${name}`));
  if (!named && !kept) return onPath();
  return findK6(k6, options, () => {}, cache).catch(() => undefined);
}

async function onPath(): Promise<Generator | undefined> {
  const program = (await $({ nothrow: true })`command -v k6`).stdout.trim();
  const version = program && (await versionOf(program));
  return version && isRight(version) ? generatorOf(program, version) : undefined;
}

/** Downloads what the cache lacks. Throws NotReachable that names the files and where they come from. */
async function bring(k6: Pinned, cache: string, report: Report): Promise<void> {
  const names = Object.values(filesOf(k6));
  try {
    for (const name of names)
      await download(`${k6.releases}/${k6.version}/${name}`, `${cache}/${name}`, report);
  } catch (error) {
    if (!(error instanceof NotReachable)) throw error;
    throw new NotReachable(`k6 ${k6.version} cannot be downloaded: ${error.message}`, {
      code: EXIT.refused,
      lines: names.map((name) => `${cache}/${name}  from ${k6.releases}/${k6.version}/${name}`),
      hint: "put these files there, or name the folder that has them with K6_ARTIFACTS=, or a k6 with K6=",
    });
  }
}

/** Takes the program out of a verified archive, into the cache. Throws a Failure (refused) where it is not what it shall be. */
async function unpack(k6: Pinned, dir: string, cache: string): Promise<Generator> {
  const { archive, sums } = filesOf(k6);
  const lacking = [archive, sums].filter((name) => !existsSync(`${dir}/${name}`));
  if (lacking.length > 0)
    throw new Failure(`${dir} lacks files of k6 ${k6.version}`, { code: EXIT.refused, lines: lacking });
  await verifySum(`${dir}/${archive}`, archive, `${dir}/${sums}`);
  const program = `${cache}/k6-${k6.version}`;
  if (!existsSync(program)) {
    await mkdir(`${cache}/new`, { recursive: true });
    const inside = archive.replace(/\.tar\.gz$/, "/k6");
    await $`tar --extract --gzip --file=${dir}/${archive} --directory=${cache}/new --strip-components=1 ${inside}`;
    await rename(`${cache}/new/k6`, program);
  }
  const version = await versionOf(program);
  if (version === k6.version.slice(1)) return generatorOf(program, version);
  const found = version ? `k6 ${version}` : "a program that does not run";
  throw new Failure(`${archive} has ${found}`, {
    code: EXIT.refused,
    hint: "load.k6 in deploy/settings.yaml",
  });
}

const isRight = (version: string) => version.startsWith(`${MAJOR}.`);

/** What a program says of itself, like "2.2.0"; undefined if it is no k6. */
async function versionOf(program: string): Promise<string | undefined> {
  const { stdout } = await $({ nothrow: true, timeout: "10s" })`${program} version`;
  return /^k6 v(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
}

/** It prints samples and nothing else on stdout; the script ends it with a line of its own. */
function generatorOf(program: string, version: string): Generator {
  const quiet = ["--quiet", "--no-color", "--no-usage-report", "--log-output=stdout", "--log-format=raw"];
  return {
    name: "k6",
    version,
    threads: "many",
    program,
    args: ["run", ...quiet, `${ROOT}checks/load/k6.ts`],
  };
}

/**
 * k6's own page of a run: served on this port of the loopback, where one is given, and written to a file at the end.
 * A second between its points: it draws nothing from less than three of them.
 */
export const dashboard = (file: string, port = -1): Record<string, string> => ({
  K6_WEB_DASHBOARD: "true",
  K6_WEB_DASHBOARD_HOST: "127.0.0.1",
  K6_WEB_DASHBOARD_PORT: String(port),
  K6_WEB_DASHBOARD_PERIOD: "1s",
  K6_WEB_DASHBOARD_EXPORT: file,
});
