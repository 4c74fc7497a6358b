import { homedir } from "node:os";
import { fileURLToPath } from "node:url";

/** The checkout that the running script belongs to, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Where the kit keeps what it brought or made, and can have again (XDG Base Directory Specification). */
export const cacheFolder = (): string =>
  `${process.env["XDG_CACHE_HOME"] || `${homedir()}/.cache`}/counter-deploy`;
