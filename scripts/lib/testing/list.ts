import t, { type Test } from "tap";
import type { TestHost } from "./host.ts";

/** A test that only one orchestrator has, on the machine of the whole list. */
export interface OwnTest {
  name: string;
  run: (t: Test, scene: { host: TestHost; address: string }) => Promise<void>;
}

/** Declares the next test of a list whose tests go on from each other. */
export type NextTest = (name: string, run: (t: Test) => Promise<void>) => void;

/** Tests whose names begin with that of the side. */
export const testsOf =
  (side: { name: string }): NextTest =>
  (name, run) =>
    void t.test(`${side.name}: ${name}`, run);
