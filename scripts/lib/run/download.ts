import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { EXIT, Failure } from "./failure.ts";
import { ending } from "./interrupt.ts";
import type { Report } from "./progress.ts";

/** Seconds in which a server has to begin its answer. */
const CONTACT_SECONDS = 20;

/** No server answered, or it does not have the file. */
export class NotReachable extends Failure {}

/**
 * Brings a file from the network unless it is there. Half a download is never taken for the file, and one that does
 * not begin leaves nothing. Throws NotReachable.
 */
export async function download(url: string, file: string, report: Report): Promise<void> {
  if (existsSync(file)) return;
  report(url);
  const part = `${file}.part`;
  try {
    const response = await contact(url);
    await mkdir(dirname(file), { recursive: true });
    await pipeline(Readable.fromWeb(response.body!), createWriteStream(part), { signal: ending() });
    await rename(part, file);
  } catch (error) {
    ending().throwIfAborted();
    if (error instanceof Failure || isFull(error)) throw error;
    const { message, cause } = error as Error & { cause?: Error };
    throw new NotReachable(`${url}: ${cause?.message || message}`);
  } finally {
    await rm(part, { force: true });
  }
}

const isFull = (error: unknown) => (error as NodeJS.ErrnoException).code === "ENOSPC";

/** Asks for the file. The timer covers only the beginning of the answer: a large file may take its time. */
async function contact(url: string): Promise<Response> {
  const silent = new AbortController();
  const reason = new Error(`no answer in ${CONTACT_SECONDS} s`);
  const timer = setTimeout(() => silent.abort(reason), CONTACT_SECONDS * 1000);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([silent.signal, ending()]) });
    if (!response.ok) throw new NotReachable(`${url}: ${response.status} ${response.statusText}`);
    return response;
  } finally {
    clearTimeout(timer);
  }
}

/** Holds a file against the line of a list as sha256sum writes it. Throws a Failure (refused) that says what differs. */
export async function verifySum(file: string, name: string, sums: string): Promise<void> {
  const lines = (await readFile(sums, "utf8")).split("\n").map((line) => line.trim().split(/\s+[*]?/));
  const wanted = lines.find(([, listed]) => listed === name)?.[0];
  if (!wanted) throw new Failure(`${sums} has no line for ${name}`, { code: EXIT.refused });
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  if (hash.digest("hex") === wanted) return;
  throw new Failure(`${file} is not what ${sums} says: half a download, or another release's`, {
    code: EXIT.refused,
    hint: `remove ${file}, and run it again`,
  });
}
