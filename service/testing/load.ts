/** Increments without a pause, and what became of them. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Test } from "tap";
import { call, post } from "./service.ts";
import { timed, until } from "./until.ts";

/** How soon a request must fail while Redis is away, in milliseconds. */
const FAILS_WITHIN = 600;

/** The increments so far. */
export interface Load {
  clients: number;
  /** Acknowledged. */
  ok: number;
  /** Answered with 503: counted or not. */
  unknown: number;
  /** Longest wait for a 503, in milliseconds. */
  slowest: number;
  /** The same for what needs no Redis: how slow the machine is. */
  noise: number;
  /** Ends it, and waits for the last answers. */
  stop(): Promise<void>;
}

/** Starts clients that increment; any answer but a 200, or a 503 that asks for another try, fails the test. */
export function startLoad(t: Test, url: string, clients = 8): Load {
  const state = { running: true };
  const load: Load = {
    clients,
    ok: 0,
    unknown: 0,
    slowest: 0,
    noise: 0,
    stop: async () => {
      state.running = false;
      await all;
    },
  };
  const client = async () => {
    while (state.running) {
      const [{ status, headers }, ms] = await timed(() => post(url, "increment"));
      if (status === 200) load.ok += 1;
      else if (status === 503 && headers.get("retry-after") === "1") {
        load.unknown += 1;
        load.slowest = Math.max(load.slowest, ms);
        await sleep(20); // as a patient client; without it, failing is all that the machine does
      } else t.match({ status, headers }, { status: 200 });
    }
  };
  const bystander = async () => {
    while (state.running) {
      const [, ms] = await timed(() => call(url, "/livez"));
      load.noise = Math.max(load.noise, ms);
      await sleep(20);
    }
  };
  const all = Promise.all([bystander(), ...Array.from({ length: clients }, client)]);
  t.teardown(() => load.stop());
  return load;
}

/** Waits until every client is acknowledged again, and checks that it took less than so many milliseconds. */
export async function checkWritesBack(t: Test, load: Load, within: number): Promise<void> {
  const before = load.ok;
  const [, ms] = await timed(() =>
    until("writes are back", 15_000, () => load.ok > before + 2 * load.clients),
  );
  t.ok(ms < within, `writes are back after ${ms.toFixed()} ms`);
}

/** Checks that every acknowledged increment is in a value, and none twice. */
export function checkCount(t: Test, load: Load, value: number): void {
  const [slowest, noise] = [load.slowest.toFixed(), load.noise.toFixed()];
  t.comment(`${load.ok} acknowledged, ${load.unknown} unknown, value ${value}`);
  t.ok(value >= load.ok, "every acknowledged one is counted");
  t.ok(value <= load.ok + load.unknown, "none is counted twice");
  t.ok(
    load.slowest < FAILS_WITHIN + load.noise,
    `slowest 503 after ${slowest} ms, without Redis ${noise} ms`,
  );
}
