import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import {
  dueBy,
  lengthOf,
  levelAt,
  pickRoute,
  type Plan,
  thinkTime,
} from "../../../../../checks/load/profiles.ts";
import type { Ending, Sample } from "../../../../../checks/load/samples.ts";
import { Connection } from "./connection.ts";

/** Milliseconds: Node's timers tick once in each, and so the plan of what is sent has this grid. */
const GRID = 2;
const TICK = 1;
const USERS_TICK = 20;

interface Run {
  plan: Plan;
  /** Takes each sample. */
  take: (sample: Sample) => void;
  /** Ends the run early; what is under way is awaited. */
  signal: AbortSignal;
}

/** When a request was meant to start that comes at `now`: what it is late beyond the grid counts as its latency. */
const meantAt = (due: number, now: number) => Math.min(now, due + GRID);

/** Sends a plan to its end, and waits for the answers that are under way. */
export const send = (run: Run): Promise<Ending> =>
  run.plan.model === "open" ? sendOpen(run) : sendClosed(run);

/** Sends what is due, answered or not; a request that is one too many under way is dropped. */
async function sendOpen({ plan, take, signal }: Run): Promise<Ending> {
  const idle: Connection[] = [];
  const all: Connection[] = [];
  const underWay = new Set<Promise<void>>();
  let dropped = 0;
  const sendOne = async (meant: number) => {
    let connection = idle.pop();
    if (!connection) all.push((connection = new Connection(plan)));
    take(await connection.send(pickRoute(plan.weights, Math.random()), meant));
    idle.push(connection);
  };
  const start = performance.now();
  const length = lengthOf(plan);
  let sent = 0;
  let last = 0;
  for (let seconds = 0; seconds < length && !signal.aborted;) {
    await sleep(TICK);
    const now = performance.now();
    seconds = Math.min(length, (now - start) / 1000);
    const due = Math.floor(dueBy(plan, seconds) + 1e-6) - sent;
    for (let index = 1; index <= due; index++) {
      // Several are due at once where the process was held up: their starts were meant to be spread over that time.
      const meant = meantAt(start + (last + ((seconds - last) * index) / due) * 1000, now);
      if (underWay.size >= plan.most) dropped++;
      else {
        const request = sendOne(meant);
        underWay.add(request);
        void request.then(() => underWay.delete(request));
      }
    }
    sent += due;
    last = seconds;
  }
  await Promise.all(underWay);
  await Promise.all(all.map((connection) => connection.close()));
  return { dropped };
}

/** Lets users come and go, each of whom asks, waits for the answer, thinks, and asks again. */
async function sendClosed({ plan, take, signal }: Run): Promise<Ending> {
  const start = performance.now();
  const end = new AbortController();
  // One listener for each user who thinks.
  setMaxListeners(0, end.signal);
  const level = () => (signal.aborted ? undefined : levelAt(plan, (performance.now() - start) / 1000));

  async function user(index: number): Promise<void> {
    const connection = new Connection(plan);
    let meant = performance.now();
    let route = plan.pageFirst ? ("page" as const) : pickRoute(plan.weights, Math.random());
    while (index < Math.ceil(level() ?? 0)) {
      take(await connection.send(route, meantAt(meant, performance.now())));
      route = pickRoute(plan.weights, Math.random());
      const think = thinkTime(plan.think, Math.random()) * 1000;
      meant = performance.now() + think;
      if (think > 0) await sleep(think, undefined, { signal: end.signal }).catch(() => {});
    }
    await connection.close();
  }

  const present = new Map<number, Promise<void>>();
  for (let wanted = level(); wanted !== undefined; wanted = level()) {
    for (let index = 0; index < wanted; index++) {
      if (!present.has(index))
        present.set(
          index,
          user(index).finally(() => present.delete(index)),
        );
    }
    await sleep(USERS_TICK);
  }
  end.abort();
  await Promise.all(present.values());
  return { dropped: 0 };
}
