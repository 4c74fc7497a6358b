import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { COLUMNS, parseSample, type Sample } from "../../../../checks/load/samples.ts";
import { Failure } from "../../run/failure.ts";

/** The samples of a run, compressed, as their generators wrote them. */
export interface RawFile {
  /** Begins a part of the run: the lines after it belong to it. */
  part: (about: object) => void;
  line: (text: string) => void;
  /** Aborted, with a Failure, where the file cannot be written. */
  failed: AbortSignal;
  close: () => Promise<void>;
}

/** Begins the file. What goes wrong with it shows in `failed`, and when it is closed. */
export function openRaw(file: string): RawFile {
  const gzip = createGzip();
  const failed = new AbortController();
  const written = createWriteStream(file);
  const fail = (error: NodeJS.ErrnoException) => {
    const full = error.code === "ENOSPC";
    const message = full ? "the disk is full" : error.message;
    if (!failed.signal.aborted) failed.abort(new Failure(message, { hint: `${file} is not whole` }));
  };
  const done = finished(gzip.on("error", fail).pipe(written.on("error", fail))).catch(fail);
  gzip.write(`# ${COLUMNS}\n`);
  return {
    part: (about) => void gzip.write(`# ${JSON.stringify(about)}\n`),
    line: (text) => void (failed.signal.aborted || gzip.write(`${text}\n`)),
    failed: failed.signal,
    close: async () => {
      gzip.end();
      await done;
      failed.signal.throwIfAborted();
    },
  };
}

/** Keeps nothing: for a load that is thrown away. */
export const noRaw: RawFile = {
  part: () => {},
  line: () => {},
  failed: new AbortController().signal,
  close: async () => {},
};

/** Reads such a file: tells of each part that begins, and of its samples. */
export async function readRaw(
  file: string,
  take: { part: (about: Record<string, unknown>) => void; sample: (sample: Sample) => void },
): Promise<void> {
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()) });
  for await (const line of lines) {
    const sample = parseSample(line);
    if (sample) take.sample(sample);
    else if (line.startsWith("# {")) take.part(JSON.parse(line.slice(2)) as Record<string, unknown>);
  }
}
