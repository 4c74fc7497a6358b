import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { z } from "zod";
import { countOf } from "./dump.ts";
import { EXIT, Failure } from "../../run/failure.ts";

const FORMAT = "counter-deploy backup 1";
/** More than this is no count, and more than Redis is asked to take at once. */
const MOST_BYTES = 32_768;

const schema = z.object({
  format: z.literal(FORMAT, { error: `not "${FORMAT}"` }),
  /** Of the deployment that it is of. */
  name: z.string(),
  /** When it was made, ISO 8601. */
  time: z.iso.datetime(),
  /** Redis' own way to write the value, in the file of that name beside the manifest. */
  file: z.string().regex(/^[a-z0-9][A-Za-z0-9.-]*$/, "not the name of a file"),
  bytes: z.int().min(1).max(MOST_BYTES),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "not a SHA-256"),
  count: z.int().min(0),
  /** The version of the Redis that wrote it. */
  redis: z.string().regex(/^\d+\.\d+/, "not a version"),
  /** How Redis ran. */
  mode: z.string(),
  /** The counter's own version. */
  version: z.string(),
});

/** What a backup says of itself. */
export type Manifest = z.infer<typeof schema>;

export interface Backup {
  manifest: Manifest;
  dump: Buffer;
}

const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("hex");

/**
 * Writes a backup and its manifest, reads both back, and returns the path of the manifest, which comes last: without it
 * there is no backup. Throws a Failure, and leaves nothing behind, where that fails.
 */
export async function writeBackup(
  dir: string,
  facts: Omit<Manifest, "format" | "file" | "bytes" | "sha256">,
  dump: Buffer,
): Promise<string> {
  const base = `${facts.name}-${facts.time.replaceAll(":", "-")}`;
  const file = `${base}.dump`;
  const manifest: Manifest = { format: FORMAT, ...facts, file, bytes: dump.length, sha256: sha256(dump) };
  const path = `${dir}/${base}.json`;
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await writeWhole(`${dir}/${file}`, dump);
    await writeWhole(path, Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`));
    await readBackup(path);
    return path;
  } catch (error) {
    for (const one of [path, `${dir}/${file}`]) await rm(one, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof Failure) throw error;
    throw new Failure(code === "ENOSPC" ? "the disk is full" : message, {
      hint: `no backup was made: BACKUPS=dir names another folder than ${dir}`,
      cause: error,
    });
  }
}

/** A file is there as a whole, and on the disk, or not at all. */
async function writeWhole(path: string, data: Buffer): Promise<void> {
  const part = `${dirname(path)}/.${basename(path)}.part`;
  try {
    const handle = await open(part, "wx", 0o600);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Puts the names in a folder on the disk: without that, a file that was just renamed may be gone after a power cut. */
async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Reads a backup by the name of its manifest or of its data. Throws a Failure (refused) that says what is wrong with it. */
export async function readBackup(given: string): Promise<Backup> {
  const path = given.replace(/\.dump$/, ".json");
  const manifest = parseManifest(await read(path), path);
  const dump = await read(`${dirname(path)}/${manifest.file}`);
  if (dump.length !== manifest.bytes)
    throw refused(`${manifest.file} has ${dump.length} bytes, not ${manifest.bytes}: it is not whole`);
  if (sha256(dump) !== manifest.sha256)
    throw refused(`${manifest.file} is not what was written: its checksum differs`);
  // Before any Redis takes it: what is no count would stay there until it expires.
  const count = countOf(dump);
  if (count === undefined) throw refused(`${manifest.file} holds no count`);
  if (count !== manifest.count) throw refused(`it holds ${count}, and its manifest says ${manifest.count}`);
  return { manifest, dump };
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw refused(`cannot read the backup: ${(error as Error).message}`);
  }
}

function parseManifest(text: Buffer, path: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text.toString());
  } catch {
    throw refused(`${path} is no manifest of a backup: it is not JSON`);
  }
  const checked = schema.safeParse(json);
  if (checked.success) return checked.data;
  const faults = checked.error.issues.map(({ path: keys, message }) => `${keys.join(".")}: ${message}`);
  throw refused(`${path} is no manifest of a backup`, faults);
}

const refused = (message: string, lines: string[] = []) =>
  new Failure(message, { code: EXIT.refused, lines });

/** Whether Redis of one version wrote what another may not read: a newer one, major or minor. */
export function isNewer(written: string, running: string): boolean {
  const [major = 0, minor = 0] = written.split(".").map(Number);
  const [ours = 0, less = 0] = running.split(".").map(Number);
  return major > ours || (major === ours && minor > less);
}

/**
 * Removes all backups of a deployment but the newest, and never the one that was just made, whatever the dates of the
 * others say. Returns how many, and how many that stay are dated in the future. Files of others are left alone.
 */
export async function pruneBackups(
  dir: string,
  name: string,
  keep: number,
  made: string,
): Promise<{ removed: number; future: number }> {
  const paths = (await readdir(dir)).filter((file) => file.endsWith(".json")).map((file) => `${dir}/${file}`);
  const all = await Promise.all(
    paths.map(async (path) => {
      const manifest = await read(path)
        .then((text) => parseManifest(text, path))
        .catch(() => undefined);
      return { path, manifest };
    }),
  );
  const others = all
    .flatMap(({ path, manifest }) =>
      manifest?.name === name && path !== made ? [{ path, ...manifest }] : [],
    )
    .toSorted((a, b) => b.time.localeCompare(a.time));
  const old = others.slice(keep - 1);
  for (const { path, file } of old) {
    await rm(path, { force: true });
    await rm(`${dir}/${file}`, { force: true });
  }
  const now = new Date().toISOString();
  const future = others.slice(0, keep - 1).filter(({ time }) => time > now).length;
  return { removed: old.length, future };
}
