import { count } from "../../load/tables.ts";
import { type Estimate, intervalText, times } from "../statistics.ts";

/** A share with its sign. */
export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
/** Bytes as MiB. */
export const mebibytes = (bytes: number) => count(bytes / 2 ** 20);
/** A ratio with its interval, if it has one. */
export const cell = (estimate: Estimate) => times(estimate.ratio) + intervalText(estimate);
