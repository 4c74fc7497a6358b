import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import t, { type Test } from "tap";
import { cacheFolder } from "../run/paths.ts";
import type { TestHost } from "./host.ts";

type Kind = "--shared" | "--exclusive";

/** A list of tests that go on from each other, while other lists run beside it. */
export interface TestList {
  /** Declares the next test. */
  test: (name: string, run: (t: Test) => Promise<void>) => void;
  /** Within a test, runs what measures time: no test of another list goes on meanwhile. */
  alone: <T>(run: () => Promise<T>) => Promise<T>;
}

/** A test that only one orchestrator has, on the machine of the whole list. */
export interface OwnTest {
  name: string;
  run: (t: Test, scene: { host: TestHost; address: string; alone: TestList["alone"] }) => Promise<void>;
}

/** Tests whose names begin with that of the side, if one is given. */
export function testList(side?: { name: string }): TestList {
  let release: (() => void) | undefined;
  const test: TestList["test"] = (name, run) =>
    void t.test(side ? `${side.name}: ${name}` : name, async (t) => {
      release = await use("--shared");
      try {
        await run(t);
      } finally {
        release?.();
      }
    });
  const alone: TestList["alone"] = async (run) => {
    release?.();
    release = await use("--exclusive");
    try {
      return await run();
    } finally {
      release?.();
      release = await use("--shared");
    }
  };
  return { test, alone };
}

const IN_USE = `${cacheFolder()}/tests-in-use.lock`;
/** Held by who waits for the machine, so that those who share it do not come one after the other for ever. */
const NEXT = `${cacheFolder()}/tests-next.lock`;

/** Waits for the machine in the order of those who ask. */
async function use(kind: Kind): Promise<() => void> {
  const goOn = await lock(NEXT, "--exclusive");
  const release = await lock(IN_USE, kind);
  goOn();
  return release;
}

/** Takes a lock of flock(1), and returns how to give it back. It goes with this process, however that ends. */
async function lock(file: string, kind: Kind): Promise<() => void> {
  mkdirSync(cacheFolder(), { recursive: true });
  const holder = spawn("flock", [kind, file, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [said] = await Promise.race([once(holder.stdout, "data"), once(holder, "close")]);
  if (!(said instanceof Buffer)) throw new Error(`flock ended: ${said}`);
  return () => void holder.stdin.end();
}
