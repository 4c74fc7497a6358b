/** Secrets come in files, so that they are on no argument list and in no environment. */
import { readFileSync } from "node:fs";

/**
 * The content of a file, without the line end that editors add; no file, no secret.
 * @throws {Error} whose message goes on after the name of the variable
 */
export function secret(path: string): string | undefined {
  if (path === "") return undefined;
  let text: string;
  try {
    text = readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    throw new Error(`cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
  if (text === "") throw new Error("names an empty file");
  return text;
}
