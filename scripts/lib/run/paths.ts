import { fileURLToPath } from "node:url";

/** The checkout that the running script belongs to, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
