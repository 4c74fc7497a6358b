import { $ } from "zx/core";
import { type Finding, formsOf } from "./checks.ts";

/** Seconds for all images. */
const DEADLINE = 180;
/** Layers are files of an archive, which may be compressed; whatever is not passes as it is. */
const UNPACK = ["tar", "--extract", "--file=-", "--to-command=gzip --decompress --stdout --force"];

/** Looks for passwords in all layers of images, those files, too, that a later layer hides. */
export async function contentsOfImages(images: string[], secrets: string[]): Promise<Finding> {
  const end = performance.now() + DEADLINE * 1000;
  const found: (number | undefined)[] = [];
  for (const image of images) found.push(await linesWith(secrets, ["docker", "save", image], end));
  const lines = found.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const read = secrets.length > 0 && images.length > 0 && !found.includes(undefined);
  const seen = lines > 0 ? `it is in ${lines} lines` : `not in those of ${images.join(", ")}`;
  return {
    what: "no password is told",
    where: "files in images",
    seen: read || lines > 0 ? seen : `not all could be read in ${DEADLINE} s`,
    met: read && lines === 0,
  };
}

/** How many lines of an archive's files have one of the passwords; undefined where it could not be read until `end`. */
export async function linesWith(secrets: string[], save: string[], end: number): Promise<number | undefined> {
  const seconds = Math.max(1, Math.round((end - performance.now()) / 1000));
  // The passwords come on the standard input: an argument list is for everybody to read.
  const run = $({ nothrow: true, input: `${formsOf(secrets).join("\n")}\n`, timeout: `${seconds}s` });
  const count = ["grep", "--text", "--count", "--fixed-strings", "--file=/dev/fd/3"];
  const { ok, stdout } =
    await run`exec 3< <(cat); ${save} </dev/null | ${UNPACK} | { ${count} || test $? = 1; }`;
  return ok ? Number(stdout) : undefined;
}
