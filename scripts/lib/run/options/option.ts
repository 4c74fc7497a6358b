import type { Read } from "../values.ts";

/** One option of one or more verbs. */
export interface Option {
  /** The environment and make variable; the flag is the same name in lower case with dashes. */
  env: string;
  /** What the value stands for in the usage text; absent for a switch. */
  value?: string;
  help: string;
  read: Read<string | number | boolean | readonly (string | number)[]>;
}
