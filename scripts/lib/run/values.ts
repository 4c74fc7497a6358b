/** Reads the text of an option. Throws an Error whose message goes on after the name and what was given. */
export type Read<T> = (given: string) => T;

/** More replicas than this bring nothing on one host, and the proxy has a slot for each. */
export const REPLICAS = [1, 20] as const;
export const PORT = [1, 65535] as const;

/** The ways to run Redis; scripts/lib/deployment/redis-modes.ts says what each is. */
export const REDIS_MODES = ["single", "independent", "sentinel", "cluster", "external"] as const;
export type RedisMode = (typeof REDIS_MODES)[number];
/** Those that the deployment runs itself, and so can be changed to with nothing more to be said. */
export const OWN_MODES = ["single", "independent", "sentinel", "cluster"] as const satisfies RedisMode[];

/** For how many replicas of Redis a write may wait: with more than one, each that is away would stop all writes. */
export const REDIS_WAIT = [0, 1] as const;

/** What browsers and Node's fetch refuse to ask ["Port blocking", fetch.spec.whatwg.org]. */
const BLOCKED_PORTS = new Set(
  (
    "1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 " +
    "135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 " +
    "995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080"
  )
    .split(" ")
    .map(Number),
);

/** Whether no browser opens a page on this port. */
export const isBlockedPort = (port: number) => BLOCKED_PORTS.has(port);
export const BLOCKED = "a port that browsers refuse to open";

/** A port of the front door. */
export const doorPort: Read<number> = (given) => {
  const port = whole(...PORT)(given);
  if (isBlockedPort(port)) throw new Error(BLOCKED);
  return port;
};

/** A whole number within bounds, in digits alone. */
export const whole =
  (min: number, max: number): Read<number> =>
  (given) => {
    const value = /^\d+$/.test(given) ? Number(given) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new Error(`not a whole number from ${min} to ${max}`);
  };

const DURATION = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;

/** A duration in seconds, in digits alone or as k6 and Locust write it: "90", "90s", "1m30s", "2h". */
export const duration =
  (min: number, max: number): Read<number> =>
  (given) => {
    const [, hours, minutes, seconds] =
      (given && DURATION.exec(/^\d+$/.test(given) ? `${given}s` : given)) || [];
    const value = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
    if (value >= min && value <= max) return value;
    throw new Error(
      `not a duration from ${formatDuration(min)} to ${formatDuration(max)}, like 90, 90s or 1m30s`,
    );
  };

/** Seconds as `duration` reads them: 90 is "1m30s". */
export function formatDuration(seconds: number): string {
  const parts = { h: Math.floor(seconds / 3600), m: Math.floor(seconds / 60) % 60, s: seconds % 60 };
  const written = Object.entries(parts).flatMap(([unit, value]) => (value > 0 ? [`${value}${unit}`] : []));
  return written.join("") || "0s";
}

/** One of a few words. */
export const oneOf =
  <T extends string>(...words: T[]): Read<T> =>
  (given) => {
    const word = words.find((one) => one === given);
    if (word !== undefined) return word;
    throw new Error(`not one of ${words.join(", ")}`);
  };

/** Several of what `read` reads, apart by spaces or commas, none of them twice. */
export const list =
  <T>(read: Read<T>): Read<T[]> =>
  (given) => {
    const parts = given.split(/[\s,]+/).filter(Boolean);
    const values = parts.map(read);
    if (values.length > 0 && new Set(values).size === values.length) return values;
    throw new Error(values.length > 0 ? "which names one twice" : "not a list");
  };

/** Any text. */
export const text: Read<string> = (given) => given;

/** An address of the web, without a slash at its end. */
export const webAddress: Read<string> = (given) => {
  const url = URL.parse(given);
  if (url && /^https?:$/.test(url.protocol)) return given.replace(/\/$/, "");
  throw new Error("not a URL like http://192.0.2.7");
};

const SWITCH: Record<string, boolean> = {
  "0": false,
  false: false,
  no: false,
  "1": true,
  true: true,
  yes: true,
};

/** On or off. */
export const toggle: Read<boolean> = (given) => {
  const value = SWITCH[given.toLowerCase()];
  if (value !== undefined) return value;
  throw new Error("not 1 or 0");
};
