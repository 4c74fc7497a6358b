// What a load is: routes, weights and profiles as plain data. Both generators import it, k6 among them, which has
// neither Node nor packages: nothing but other files of this folder may be imported here.

/** What a client asks of the counter, by the names that tables and reports use. */
export const ROUTES = {
  page: { method: "GET", path: "/" },
  read: { method: "GET", path: "/api/counter" },
  increment: { method: "POST", path: "/api/counter/increment" },
  decrement: { method: "POST", path: "/api/counter/decrement" },
  reset: { method: "POST", path: "/api/counter/reset" },
} as const;

export type RouteName = keyof typeof ROUTES;
type Weights = Partial<Record<RouteName, number>>;

/** What the original's clients do, of 30 requests. */
const ORIGINAL: Weights = { read: 15, increment: 7, decrement: 4, page: 3, reset: 1 };
const INCREMENTS: Weights = { increment: 1 };
/** Seconds that a user of the original waits after an answer, drawn evenly. */
const ORIGINAL_THINK = [0.5, 2] as const;
const NO_THINK = [0, 0] as const;

/** A part of a profile's time, as shares of its whole length and of its peak. */
interface Level {
  share: number;
  level: number;
}

const STEADY: readonly Level[] = [{ share: 1, level: 1 }];

export interface Profile {
  /** One line, for the usage and the README. */
  summary: string;
  /** Closed: so many users, each of whom waits for its answer. Open: so many requests a second, answered or not. */
  model: "closed" | "open";
  /** Users at the peak; of an open model, requests that may be under way at once: one more is dropped. */
  users: number;
  /** New users a second; of an open model, requests a second. */
  rate: number;
  seconds: number;
  levels: readonly Level[];
  weights: Weights;
  think: readonly [number, number];
  /** The rate is raised step by step, each so many seconds long, until the objective breaks. */
  steps?: true;
}

const closed = { model: "closed", levels: STEADY, weights: ORIGINAL, think: ORIGINAL_THINK } as const;
const open = { model: "open", levels: STEADY, think: NO_THINK } as const;

export const PROFILES = {
  smoke: { ...closed, summary: "5 users, 10 s: whether it works at all", users: 5, rate: 5, seconds: 10 },
  average: {
    ...closed,
    summary: "the original's: 300 users, 30 new ones a second, 60 s",
    users: 300,
    rate: 30,
    seconds: 60,
  },
  stress: {
    ...closed,
    summary: "three times as many users, in three steps of 40 s",
    users: 900,
    rate: 60,
    seconds: 120,
    levels: [1 / 3, 2 / 3, 1].map((level) => ({ share: 1 / 3, level })),
  },
  spike: {
    ...closed,
    summary: "100 users, suddenly 1,000 for 20 s, and 100 again",
    users: 1000,
    rate: 300,
    seconds: 60,
    levels: [0.1, 1, 0.1].map((level) => ({ share: 1 / 3, level })),
  },
  soak: { ...closed, summary: "the original's users for 30 minutes", users: 300, rate: 30, seconds: 1800 },
  increments: {
    ...open,
    summary: "500 increments a second for 30 s; at the end acknowledged = counted",
    users: 500,
    rate: 500,
    seconds: 30,
    weights: INCREMENTS,
  },
  max: {
    ...open,
    summary: "the original's requests without a pause, faster step by step until the objective breaks",
    users: 500,
    rate: 500,
    seconds: 10,
    weights: ORIGINAL,
    steps: true,
  },
  "max-increments": {
    ...open,
    summary: "the same with increments alone; at the end acknowledged = counted",
    users: 500,
    rate: 500,
    seconds: 10,
    weights: INCREMENTS,
    steps: true,
  },
} satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;

/** The level is reached evenly over its seconds; a stage of no seconds jumps. */
interface Stage {
  seconds: number;
  target: number;
}

/** One run of a generator, ready to be sent: all that it has to know. */
export interface Plan {
  url: string;
  model: Profile["model"];
  /** Users, or requests a second, at the beginning. */
  from: number;
  stages: Stage[];
  weights: Weights;
  think: readonly [number, number];
  /** Each user opens the page before anything else. */
  pageFirst: boolean;
  /** Whether a connection serves one request or many. */
  connections: "kept" | "new";
  /** Requests under way at once, in the open model. */
  most: number;
  /** Seconds after which a request counts as not answered. */
  timeout: number;
}

/** The plan of a profile. `url` has no slash at its end. */
export function planOf(profile: Profile, url: string): Plan {
  const { model, users, rate, weights, think } = profile;
  return {
    url,
    model,
    from: model === "closed" ? 0 : rate,
    stages: model === "closed" ? stagesOf(profile) : [{ seconds: profile.seconds, target: rate }],
    weights,
    think,
    pageFirst: model === "closed",
    connections: "kept",
    most: users,
    timeout: 10,
  };
}

/** Each level is approached at the profile's rate, up or down, and then held for what is left of its share. */
function stagesOf({ levels, users, rate, seconds }: Profile): Stage[] {
  let present = 0;
  return levels.flatMap(({ share, level }) => {
    const length = share * seconds;
    const way = Math.round(level * users) - present;
    const ramp = Math.min(Math.abs(way) / rate, length);
    present += Math.sign(way) * Math.min(Math.abs(way), Math.round(rate * length));
    const hold = length - ramp;
    return [ramp, hold].filter((part) => part > 0).map((part) => ({ seconds: part, target: present }));
  });
}

/** What the plan wants after so many seconds: users, or requests a second. Undefined after its end. */
export function levelAt(
  { from, stages }: Pick<Plan, "from" | "stages">,
  seconds: number,
): number | undefined {
  let begun = 0;
  let before = from;
  for (const stage of stages) {
    const into = seconds - begun;
    if (into < stage.seconds) return before + ((stage.target - before) * into) / stage.seconds;
    begun += stage.seconds;
    before = stage.target;
  }
  return undefined;
}

/** Seconds that the plan takes. */
export const lengthOf = ({ stages }: Pick<Plan, "stages">) =>
  stages.reduce((sum, { seconds }) => sum + seconds, 0);

/** A route, drawn by the weights; `random` is from 0 up to, and not including, 1. */
export function pickRoute(weights: Weights, random: number): RouteName {
  const rows = Object.entries(weights) as [RouteName, number][];
  let left = random * rows.reduce((sum, [, weight]) => sum + weight, 0);
  return (rows.find(([, weight]) => (left -= weight) < 0) ?? rows.at(-1)!)[0];
}

/** Seconds to wait after an answer. */
export const thinkTime = ([min, max]: readonly [number, number], random: number) =>
  min + (max - min) * random;

/** The same weights, with the resets' share given to reads: a count is not lost then. */
export function withoutResets({ reset = 0, ...others }: Weights): Weights {
  return reset === 0 ? others : { ...others, read: (others.read ?? 0) + reset };
}

/** Whether every request that counts is an increment, so that acknowledged and counted can be held against each other. */
export const onlyIncrements = (weights: Weights) => Object.keys(weights).join() === "increment";

/** Requests that are due after so many seconds of an open model. */
export function dueBy({ from, stages }: Pick<Plan, "from" | "stages">, seconds: number): number {
  let due = 0;
  let left = seconds;
  let before = from;
  for (const stage of stages) {
    const into = Math.min(left, stage.seconds);
    const level = stage.seconds > 0 ? before + ((stage.target - before) * into) / stage.seconds : before;
    due += (into * (before + level)) / 2;
    left -= into;
    before = stage.target;
  }
  return due;
}
