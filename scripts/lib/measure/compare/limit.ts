import type { Part } from "../load/conduct.ts";
import type { Cores, Limits } from "../load/verdict.ts";

/** What kept a load from being answered faster, as far as whose CPU it was can tell. */
export interface Limit {
  what: "generator" | "cpu limit" | "steal" | "machine" | "replica" | "redis" | "disk" | "elsewhere";
  /** A clause, with its figures. */
  text: string;
}

/** Of a core that one thread fills: above, it is the limit. The generator's own is that of the void steps. */
const FULL = 0.9;
const GENERATOR_FULL = 0.8;
/** Share of the periods in which a replica is held back now and then without being the limit. */
const THROTTLED = 0.1;
/** Shares of all cores: stolen, which is no accident any more; and left over, which nobody could have used. */
const STOLEN = 0.05;
const SPARE = 0.15;
/** Share of the time in which something waits for a disk: Redis does for each write that is on it before its answer. */
const WAITED = 0.5;

/** As people name them. */
export const NAMES: Record<keyof Cores, string> = {
  replicas: "replicas",
  proxy: "proxy",
  redis: "Redis",
  generator: "generator",
  recorder: "recorder",
  orchestrator: "orchestrator",
  others: "kernel and others",
  steal: "stolen",
  idle: "idle",
};

const percent = (share: number) => `${Math.round(100 * share)} %`;

/** Names the limit of a step that broke the objective, or came close; `all` is the machine's number of cores. */
export function limitOf(
  { cores, strain }: Pick<Part, "cores" | "strain">,
  { threads }: Limits,
  all: number,
): Limit {
  const { generator, redis = 0, steal = 0, idle = all } = cores;
  const { busiest = 0, throttled = 0, disk = 0 } = strain ?? {};
  const found: [boolean, Limit][] = [
    [
      threads === "one" && generator > GENERATOR_FULL,
      { what: "generator", text: `the generator was the limit, at ${percent(generator)} of its one core` },
    ],
    [
      throttled > THROTTLED,
      {
        what: "cpu limit",
        text: `the replicas' CPU limit held one back in ${percent(throttled)} of the time`,
      },
    ],
    [
      steal > STOLEN * all,
      { what: "steal", text: `this machine's host gave ${percent(steal / all)} of its CPU to others` },
    ],
    [idle < SPARE * all, { what: "machine", text: busyText(cores, all) }],
    [busiest > FULL, { what: "replica", text: `one replica filled its core, at ${percent(busiest)}` }],
    [redis > FULL, { what: "redis", text: `Redis filled its core, at ${percent(redis)}` }],
    [
      disk > WAITED,
      {
        what: "disk",
        text: `the disk was waited for in ${percent(disk)} of the time, and no CPU was the limit (${percent(idle / all)} of it was left)`,
      },
    ],
  ];
  const elsewhere = `no CPU was the limit (${percent(idle / all)} of it was left)`;
  return found.find(([is]) => is)?.[1] ?? { what: "elsewhere", text: elsewhere };
}

/** Who kept the machine busy, in shares of all its cores, the greatest first. */
export function busyText(cores: Cores, all: number): string {
  const rows = usersOf(cores)
    .filter(([, used]) => used / all >= 0.01)
    .toSorted(([, a], [, b]) => b - a);
  const which = all === 1 ? "its core was" : all === 2 ? "both cores were" : `all ${all} cores were`;
  return `${which} busy (${rows.map(([name, used]) => `${NAMES[name]} ${percent(used / all)}`).join(", ")})`;
}

/** Microseconds of CPU that each request took, by who used them; nobody's are left out. */
export function perRequest(cores: Cores, rate: number): Partial<Record<keyof Cores, number>> {
  if (!(rate > 0)) return {};
  return Object.fromEntries(usersOf(cores).map(([name, used]) => [name, (used / rate) * 1e6]));
}

const usersOf = (cores: Cores) =>
  (Object.entries(cores) as [keyof Cores, number][]).filter(([name]) => name !== "idle");

/** A replica that answers more slowly than the others, whoever is to blame. */
export interface Slow {
  replica: string;
  p50: number;
  /** The middle one of the others'. */
  others: number;
}

/** So many times the others' p50, and so many milliseconds more, is slow. */
const SLOWER = 2;
const SLOWER_MS = 2;

/** The replica whose p50 is far from that of the others; undefined if there is none. Times in milliseconds. */
export function slowReplica(replicas: Record<string, { p50: number }>): Slow | undefined {
  const rows = Object.entries(replicas).toSorted(([, a], [, b]) => a.p50 - b.p50);
  const last = rows.pop();
  if (!last || rows.length === 0) return undefined;
  const others = rows[Math.floor(rows.length / 2)]![1].p50;
  const [replica, { p50 }] = last;
  return p50 > SLOWER * others && p50 > others + SLOWER_MS ? { replica, p50, others } : undefined;
}
