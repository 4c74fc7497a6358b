import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { $ } from "zx/core";
import { EXIT, Failure } from "./failure.ts";
import { asRoot } from "./shell.ts";

/** Where the kit keeps what it made and can make again. */
export const CACHE = `${process.env["XDG_CACHE_HOME"] ?? `${homedir()}/.cache`}/counter-deploy`;

const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";
/** Documentation and translations: a third of a small system, and nobody reads them there. */
const LEFT_OUT = ["man", "info", "locale", "doc", "lintian"].map(
  (part) => `--dpkgopt=path-exclude=/usr/share/${part}/*`,
);

/** A minimal system of this host's distribution, as a tar archive. */
export interface Rootfs {
  /** Changes with everything that goes into it but the packages' versions: those are as new as the archive. */
  hash: string;
  /** As in "Debian 12 (bookworm)". */
  distribution: string;
  file: string;
}

/** What the host's minimal system would be; `makeRootfs` makes it. Throws a Failure (refused) without apt sources. */
export function describeRootfs(): Rootfs & { sources: string; suite: string } {
  const release = readFileSync("/etc/os-release", "utf8");
  const field = (key: string) => new RegExp(`^${key}="?([^"\n]*)`, "m").exec(release)?.[1] ?? "";
  const suite = field("VERSION_CODENAME");
  const files = globSync(["/etc/apt/sources.list", "/etc/apt/sources.list.d/*.{list,sources}"]).toSorted();
  const sources = distributionSources(
    files.map((file) => readFileSync(file, "utf8")),
    suite,
  );
  if (!suite || !sources) {
    throw new Failure("no registry answers, and this system has no apt sources to make base images from", {
      code: EXIT.refused,
      hint: "BASE_IMAGES=registry, once a registry can be reached",
    });
  }
  const certificates = existsSync(CERTIFICATES) ? readFileSync(CERTIFICATES) : "";
  const hash = createHash("sha256").update(JSON.stringify([suite, sources, process.arch, LEFT_OUT]));
  const digest = hash.update(certificates).digest("hex").slice(0, 12);
  return {
    hash: digest,
    distribution: field("PRETTY_NAME").replace("GNU/Linux ", ""),
    file: `${CACHE}/${suite}-${digest}.tar`,
    sources,
    suite,
  };
}

/**
 * Those of the host's apt sources that are the distribution's own, in the format they came in: third parties publish
 * under other suites. Only the parts of a file that name the suite, or one that begins with it and a dash, stay.
 */
export function distributionSources(texts: string[], suite: string): string {
  const own = (name: string) => name === suite || name.startsWith(`${suite}-`);
  const line = (text: string) => {
    const [type, , name = ""] = text
      .replace(/\[[^\]]*\]/, "")
      .trim()
      .split(/\s+/);
    return type === "deb" && own(name);
  };
  const stanza = (text: string) => {
    const value = (key: string) => new RegExp(`^${key}:\\s*(.*)$`, "im").exec(text)?.[1]?.split(/\s+/) ?? [];
    return value("Types").includes("deb") && value("Suites").some(own) && !/^enabled:\s*no/im.test(text);
  };
  const lines = texts.flatMap((text) => text.split("\n").filter(line));
  const stanzas = texts.flatMap((text) => text.split(/\n\s*\n/).filter(stanza));
  return [lines.join("\n"), ...stanzas.map(withoutComments)].filter(Boolean).join("\n\n");
}

const withoutComments = (text: string) =>
  text
    .split("\n")
    .filter((line) => line && !line.startsWith("#"))
    .join("\n");

/** Makes the archive unless it is there, from signed packages. Half an archive never gets its name. */
export async function makeRootfs(): Promise<Rootfs> {
  const { sources, suite, ...rootfs } = describeRootfs();
  if (existsSync(rootfs.file)) return rootfs;
  await mkdir(CACHE, { recursive: true });
  const unfinished = `${rootfs.file}.${process.pid}`;
  const certificates = existsSync(CERTIFICATES)
    ? [`--customize-hook=copy-in ${CERTIFICATES} /etc/ssl/certs`]
    : [];
  const flags = ["--variant=minbase", "--include=ca-certificates", ...LEFT_OUT, ...certificates];
  try {
    // /tmp may be a small one, in memory.
    await $({
      input: sources,
    })`${asRoot} env TMPDIR=/var/tmp mmdebstrap --quiet ${flags} ${suite} - - > ${unfinished}`;
    await rename(unfinished, rootfs.file);
  } finally {
    await rm(unfinished, { force: true });
  }
  return rootfs;
}
