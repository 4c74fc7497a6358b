import { createHash } from "node:crypto";
import { glob, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { $ } from "zx/core";
import { buildFailure, buildFlags } from "./build.ts";
import type { BaseImages } from "./base.ts";
import type { Outcome } from "../run/progress.ts";
import { type Settings } from "../run/settings.ts";
import { ROOT } from "../run/paths.ts";

const HASH_LENGTH = 12;
/** On the stages of a build, which have no name that they could be found by. */
const STAGE_LABEL = "counter-deploy.stage=build";

/** The version that the checkout is: a hash of what goes into the image, the base image's name among it. */
export async function appVersion(base: BaseImages, root = ROOT): Promise<string> {
  const inputs = ["Dockerfile", ".dockerignore", ".npmrc", "package.json", "package-lock.json", "service/**"];
  const found = await Array.fromAsync(glob(inputs, { cwd: root, withFileTypes: true }));
  const files = found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  const hash = createHash("sha256").update(base.node);
  for (const file of files.filter((name) => !/\.test\.ts$|\/testing\//.test(name)).toSorted()) {
    hash.update(`\0${file}\0`).update(await readFile(`${root}${file}`));
  }
  return hash.digest("hex").slice(0, HASH_LENGTH);
}

/** Builds the image of a version unless the engine has it. Throws a Failure with the build's last lines. */
export async function buildApp(settings: Settings, base: BaseImages, version: string): Promise<Outcome> {
  const ref = `${settings.image}:${version}`;
  if ((await $({ nothrow: true })`docker image inspect ${ref}`).ok) return { changed: false };
  const args = Object.entries({ NODE_IMAGE: base.node, VERSION: version, ...(await ownRegistry()) });
  const flags = [
    ...(await buildFlags()),
    ...args.flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]),
  ];
  const timeout = `${settings.deadlines.build}s` as const;
  const build = await $({ nothrow: true, timeout })`docker build ${flags} --tag ${ref} ${ROOT}`;
  if (build.ok) return { changed: true };
  throw buildFailure(ref, settings.deadlines.build, build);
}

/** The registry that this machine's npm is told to use; the image keeps nothing of it. */
async function ownRegistry(): Promise<Record<string, string>> {
  const registry = (await $({ nothrow: true })`npm config get registry`).stdout.trim();
  return /^https?:/.test(registry) ? { NPM_CONFIG_REGISTRY: registry } : {};
}

/** The versions whose images the engine has, the newest first. */
export async function keptVersions(settings: Settings): Promise<string[]> {
  const { stdout } = await $`docker image ls --format '{{.Tag}}' ${settings.image}`;
  return stdout.split("\n").filter((tag) => /^[0-9a-f]+$/.test(tag));
}

/** Removes all but the newest versions; as many as the settings say stay, and the named ones in any case. */
export async function pruneApp(settings: Settings, named: string[]): Promise<Outcome> {
  const versions = await keptVersions(settings);
  const stay = new Set([...named, ...versions.slice(0, settings.keep)]);
  const old = versions.filter((version) => !stay.has(version));
  // The engine refuses to remove what a container, even one that has ended, still uses: next time, then.
  for (const version of old) await $({ nothrow: true })`docker image rm ${settings.image}:${version}`;
  return { changed: old.length > 0 };
}

/** Removes every image that the kit made. */
export async function removeImages(settings: Settings): Promise<Outcome> {
  const made = await $`docker image ls --format '{{.Repository}}:{{.Tag}}'`;
  const prefixes = [`${settings.image}:`, "counter-deploy/"];
  const refs = made.stdout.split("\n").filter((ref) => prefixes.some((prefix) => ref.startsWith(prefix)));
  await $`docker image prune --force --filter label=${STAGE_LABEL}`;
  if (refs.length > 0) await $`docker image rm --force ${refs}`;
  return { changed: refs.length > 0 };
}
