import { spawnSync } from "node:child_process";

/** A k6 of the right major version for tests: K6=path, or the one on the PATH. No test downloads one. */
export const k6AtHand: string | undefined = [process.env["K6"], "k6"].find(
  (program) => program && spawnSync(program, ["version"], { encoding: "utf8" }).stdout?.startsWith("k6 v2."),
);

/** For `{ skip }`: why tests with k6 cannot run here, or false. */
export const noK6 = k6AtHand ? false : "needs k6 2.x on the PATH, or K6=path";
