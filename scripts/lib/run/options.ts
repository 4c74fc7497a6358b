import { parseArgs } from "node:util";
import { EXIT, Failure } from "./failure.ts";
import {
  list,
  oneOf,
  PORT,
  type Read,
  REDIS_MODES,
  REPLICAS,
  text,
  toggle,
  webAddress,
  whole,
} from "./values.ts";

interface Option {
  /** The environment and make variable; the flag is the same name in lower case with dashes. */
  env: string;
  /** What the value stands for in the usage text; absent for a switch. */
  value?: string;
  help: string;
  read: Read<string | number | boolean | readonly (string | number)[]>;
}

/**
 * Every option of every verb. A make variable, the environment variable of the same name and the flag
 * are one setting: `make scale REPLICAS=2`, `REPLICAS=2 scripts/scale.ts`, `scripts/scale.ts --replicas=2`.
 */
export const OPTIONS = {
  replicas: {
    env: "REPLICAS",
    value: "n",
    help: "replicas of the counter, 1 to 20",
    read: whole(...REPLICAS),
  },
  port: { env: "PORT", value: "port", help: "port of the front door", read: whole(...PORT) },
  redis: {
    env: "REDIS",
    value: "mode",
    help: "which Redis, see the README",
    read: oneOf(...REDIS_MODES),
  },
  redisUrl: { env: "REDIS_URL", value: "url", help: "where an external Redis is", read: text },
  redisPasswordFile: {
    env: "REDIS_PASSWORD_FILE",
    value: "file",
    help: "file with its password",
    read: text,
  },
  redisSentinelPasswordFile: {
    env: "REDIS_SENTINEL_PASSWORD_FILE",
    value: "file",
    help: "file with that of its Sentinels",
    read: text,
  },
  redisCaFile: {
    env: "REDIS_CA_FILE",
    value: "file",
    help: "file with the CA of its certificate",
    read: text,
  },
  redisCertFile: {
    env: "REDIS_CERT_FILE",
    value: "file",
    help: "file with a certificate for it",
    read: text,
  },
  redisKeyFile: { env: "REDIS_KEY_FILE", value: "file", help: "file with the key of that", read: text },
  from: {
    env: "FROM",
    value: "n",
    help: "whose count to take over, where each Redis has its own",
    read: whole(1, 3),
  },
  baseImages: {
    env: "BASE_IMAGES",
    value: "auto|registry|local",
    help: "where base images come from",
    read: oneOf("auto", "registry", "local"),
  },
  orchestrator: {
    env: "ORCHESTRATOR",
    value: "swarm|k3s",
    help: "which one, if it is not plain from the host",
    read: oneOf("swarm", "k3s"),
  },
  k3sArtifacts: {
    env: "K3S_ARTIFACTS",
    value: "dir",
    help: "folder with the files of the k3s release",
    read: text,
  },
  advertiseAddr: {
    env: "ADVERTISE_ADDR",
    value: "address",
    help: "address this host announces to the swarm",
    read: text,
  },
  version: { env: "VERSION", value: "version", help: "a version whose image is still kept", read: text },
  service: {
    env: "SERVICE",
    value: "app|redis|sentinel|proxy",
    help: "whose logs",
    read: oneOf("app", "redis", "sentinel", "proxy"),
  },
  tail: { env: "TAIL", value: "lines", help: "how many of the last lines", read: whole(0, 1_000_000) },
  follow: { env: "FOLLOW", help: "go on printing until Ctrl-C", read: toggle },
  baseUrl: {
    env: "BASE_URL",
    value: "url",
    help: "the front door to check, if not this host's",
    read: webAddress,
  },
  only: {
    env: "ONLY",
    value: "part",
    help: "only this part of the tests",
    read: oneOf("service", "scripts"),
  },
  rounds: { env: "ROUNDS", value: "n", help: "rounds of each measurement", read: whole(1, 999) },
  seconds: { env: "SECONDS_EACH", value: "s", help: "length of one measurement", read: whole(1, 999) },
  purge: { env: "PURGE", help: "the data, the images and what provision made, too", read: toggle },
  yes: { env: "YES", help: "do not ask", read: toggle },
  json: { env: "JSON", help: "print the result as JSON", read: toggle },
  settings: {
    env: "SETTINGS",
    value: "file",
    help: "settings file (deploy/settings.yaml)",
    read: text,
  },
  profile: {
    env: "PROFILE",
    value: "name",
    help: "what load, see below; average if not said",
    read: text,
  },
  users: {
    env: "USERS",
    value: "n",
    help: "users, or requests under way at once",
    read: whole(1, 20_000),
  },
  rate: {
    env: "RATE",
    value: "n",
    help: "new users a second, or requests a second",
    read: whole(1, 100_000),
  },
  duration: {
    env: "DURATION",
    value: "s",
    help: "seconds, of each step if there are several",
    read: whole(1, 86_400),
  },
  kill: {
    env: "KILL",
    value: "part",
    help: "redis, app, proxy, replica or sentinel; redis if not said",
    read: oneOf("redis", "app", "proxy", "replica", "sentinel"),
  },
  freeze: { env: "FREEZE", help: "freeze it for 5 s instead of ending it", read: toggle },
  increments: { env: "INCREMENTS", value: "n", help: "how many, and as many reads", read: whole(1, 100_000) },
  acts: {
    env: "ACTS",
    value: "list",
    help: "what is done meanwhile, see below; all if not said",
    read: list(text),
  },
  backups: { env: "BACKUPS", value: "dir", help: "where backups are, if not in backups/", read: text },
  keep: {
    env: "KEEP",
    value: "n",
    help: "backups that stay, the newest; all if not said",
    read: whole(1, 9999),
  },
  drill: { env: "DRILL", help: "restore the backup into another Redis, and compare", read: toggle },
  file: { env: "FILE", value: "path", help: "a backup's manifest, or its data", read: text },
  reset: { env: "RESET", help: "reset the counter however high it is", read: toggle },
  generator: {
    env: "GENERATOR",
    value: "auto|k6|builtin",
    help: "what sends the load",
    read: oneOf("auto", "k6", "builtin"),
  },
  k6: { env: "K6", value: "path", help: "a k6 2.x to send it with", read: text },
  k6Artifacts: {
    env: "K6_ARTIFACTS",
    value: "dir",
    help: "folder with the files of the k6 release",
    read: text,
  },
  sizes: {
    env: "REPLICAS",
    value: "list",
    help: 'sizes to compare; "1 4" if not said',
    read: list(whole(...REPLICAS)),
  },
  orchestrators: {
    env: "ORCHESTRATORS",
    value: "list",
    help: 'where: "swarm", "k3s" or "swarm k3s"',
    read: list(oneOf("swarm", "k3s")),
  },
  budget: {
    env: "BUDGET",
    value: "each|total",
    help: "CPU limit: each replica's own, or one that they share",
    read: oneOf("each", "total"),
  },
  quick: { env: "QUICK", help: "shorter measurements", read: toggle },
  seed: {
    env: "SEED",
    value: "n",
    help: "of the order of the runs; any if not said",
    read: whole(0, 2 ** 32 - 1),
  },
  baseline: {
    env: "BASELINE",
    value: "dir",
    help: "an earlier report's folder to hold it against",
    read: text,
  },
  tolerance: {
    env: "TOLERANCE",
    value: "%",
    help: "worse than the baseline by so much fails; 5 if not said",
    read: whole(0, 100),
  },
} satisfies Record<string, Option>;

/** Those that say where an external Redis is. */
export const EXTERNAL_OPTIONS = [
  "redisUrl",
  "redisPasswordFile",
  "redisSentinelPasswordFile",
  "redisCaFile",
  "redisCertFile",
  "redisKeyFile",
] as const;

export type OptionName = keyof typeof OPTIONS;
/** What was given, read; what was not given is absent. */
export type OptionValues = { [K in OptionName]?: ReturnType<(typeof OPTIONS)[K]["read"]> };

/** What a verb says of itself: its name, one sentence, the options it takes and an example. */
export interface VerbSpec {
  name: string;
  summary: string;
  options: readonly OptionName[];
  example: string;
  /** What `--help` explains beyond the options. */
  notes?: readonly string[];
}

const flagOf = (name: OptionName) => OPTIONS[name].env.toLowerCase().replaceAll("_", "-");
const valueOf = (name: OptionName): string | undefined => (OPTIONS[name] as Option).value;

/**
 * The options of one run; a flag wins over the environment, and an empty text is none.
 * Throws a usage Failure on an unknown flag, and on a value that is missing or wrong.
 */
export function readOptions(spec: VerbSpec, argv: string[], env: NodeJS.ProcessEnv): OptionValues {
  const flags = readFlags(spec, argv);
  const values: Partial<Record<OptionName, unknown>> = {};
  for (const name of [...spec.options, "settings"] as OptionName[]) {
    const given = flags[flagOf(name)] ?? env[OPTIONS[name].env];
    if (given !== undefined && given !== "") values[name] = readOne(name, String(given));
  }
  return values as OptionValues;
}

function readOne(name: OptionName, given: string): unknown {
  try {
    return OPTIONS[name].read(given);
  } catch (error) {
    const message = `${OPTIONS[name].env} is "${given}", ${(error as Error).message}`;
    throw new Failure(message, { code: EXIT.usage });
  }
}

function readFlags(spec: VerbSpec, argv: string[]): Record<string, string | boolean | undefined> {
  const known = [...spec.options, "settings" as const].map((name) => [
    flagOf(name),
    { type: valueOf(name) ? "string" : "boolean" } as const,
  ]);
  try {
    const { values } = parseArgs({ args: argv, options: Object.fromEntries(known), allowPositionals: false });
    return values as Record<string, string | boolean | undefined>;
  } catch (error) {
    const [what] = (error as Error).message.split(". To specify");
    throw new Failure(what ?? "", { code: EXIT.usage, hint: `scripts/${spec.name}.ts --help` });
  }
}

/** A verb with the options of one run, as a user would type it. */
export function commandOf(verb: string, values: OptionValues): string {
  const given = Object.entries(values) as [OptionName, string | number | boolean | unknown[]][];
  const typed = (value: (typeof given)[0][1]) =>
    Array.isArray(value) ? `"${value.join(" ")}"` : value === true ? "1" : String(value);
  return ["make", verb, ...given.map(([name, value]) => `${OPTIONS[name].env}=${typed(value)}`)].join(" ");
}

/** The text of `--help`. */
export function usage(spec: VerbSpec): string {
  const rows = [...spec.options, "settings" as const].map((name) => {
    const value = valueOf(name);
    const flag = `--${flagOf(name)}${value ? `=${value}` : ""}`;
    return `  ${flag.padEnd(36)} ${OPTIONS[name].env.padEnd(15)} ${OPTIONS[name].help}`;
  });
  return [
    spec.summary,
    "",
    `Usage: scripts/${spec.name}.ts [options]`,
    `       ${spec.example}`,
    "",
    `  ${"Flag".padEnd(36)} ${"Variable".padEnd(15)} Meaning`,
    ...rows,
    `  ${"--help".padEnd(36)} ${"".padEnd(15)} this text`,
    "",
    ...(spec.notes ? [...spec.notes, ""] : []),
    "Exit codes: 0 done, 1 failed, 2 usage or settings, 3 refused and nothing changed,",
    "            4 rolled back, 5 ran out of time, 6 another run holds the lock",
  ].join("\n");
}
