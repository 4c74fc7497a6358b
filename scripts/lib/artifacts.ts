import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Failure } from "./failure.ts";
import { interruption } from "./interrupt.ts";

/** Seconds in which a server has to begin its answer. */
const FIRST_WORD = 20;

/** No server answered, or it does not have the file. */
export class NotReachable extends Failure {}

/** Brings a file from the network unless it is there. Half a download is never taken for the file. */
export async function download(url: string, file: string, tell: (text: string) => void): Promise<void> {
  if (existsSync(file)) return;
  tell(url);
  const part = `${file}.part`;
  await mkdir(dirname(file), { recursive: true });
  try {
    const response = await begin(url);
    await pipeline(Readable.fromWeb(response.body!), createWriteStream(part), { signal: interruption });
    await rename(part, file);
  } catch (error) {
    interruption.throwIfAborted();
    if (error instanceof Failure) throw error;
    const { message, cause } = error as Error & { cause?: Error };
    throw new NotReachable(`${url}: ${cause?.message ?? message}`);
  } finally {
    await rm(part, { force: true });
  }
}

async function begin(url: string): Promise<Response> {
  const impatience = new AbortController();
  const timer = setTimeout(
    () => impatience.abort(new Error(`no answer in ${FIRST_WORD} s`)),
    FIRST_WORD * 1000,
  );
  const response = await fetch(url, { signal: AbortSignal.any([impatience.signal, interruption]) });
  clearTimeout(timer);
  if (!response.ok) throw new NotReachable(`${url}: ${response.status} ${response.statusText}`);
  return response;
}

/** Holds a file against the line of a list as sha256sum writes it. Throws a Failure that says what differs. */
export async function verifySum(file: string, name: string, sums: string): Promise<void> {
  const lines = (await readFile(sums, "utf8")).split("\n").map((line) => line.trim().split(/\s+[*]?/));
  const wanted = lines.find(([, listed]) => listed === name)?.[0];
  if (!wanted) throw new Failure(`${sums} has no line for ${name}`);
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  if (hash.digest("hex") === wanted) return;
  throw new Failure(`${file} is not what ${sums} says: half a download, or another release's`, {
    hint: `remove ${file}, and run it again`,
  });
}
