/** The configuration: read from the environment once, checked as a whole, and then only passed on. */
import { hostname } from "node:os";
import { readRedisAccess, type RedisAccess } from "./redis-access.ts";
import { checkRedisUrl, redisSchemeOf } from "./redis-clients.ts";
import { secret } from "./secret-file.ts";

/** Everything that can be set from outside. */
export interface Config {
  /** Address both servers listen on. */
  host: string;
  /** Port of the counter; 0 takes any free one. */
  port: number;
  /** Port of the Prometheus metrics; 0 takes any free one. */
  metricsPort: number;
  /** Where Redis is. Holds the password: never log it. */
  redisUrl: string;
  /** Certificates and further passwords for it, if any. Never log them. */
  redisAccess?: RedisAccess;
  /** What its deployer calls this way to run Redis. */
  redisMode: string;
  /** How many replicas of Redis shall have a write before it is acknowledged. */
  redisWait: number;
  /** Version of the code, as its deployer calls it. */
  version: string;
  /** Name of this replica. */
  replica: string;
  /** Lowest level that is logged. */
  logLevel: string;
  /** How long to serve on after a signal, so that proxies notice, in seconds. */
  drainSeconds: number;
  /** How long requests may take to finish after that, in seconds. */
  shutdownTimeoutSeconds: number;
}

const REDIS_URL = "redis://127.0.0.1:6379";
const REDIS_MODES = ["single", "independent", "sentinel", "cluster", "external"];

/** What a URL can tell of it. */
const modeOf = (url: string) => /^rediss?\+(\w+):/.exec(url)?.[1] ?? "single";

/** One or more variables are wrong. */
export class ConfigError extends Error {
  /** One line per variable, naming it. Holds no secret. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("; "));
    this.problems = problems;
  }
}

/**
 * Reads the configuration. An empty variable counts as not set.
 * @throws {ConfigError} with every problem found, not just the first
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const problems: string[] = [];
  const read = <T>(name: string, fallback: string, parse: (text: string) => T): T => {
    try {
      return parse(env[name] || fallback);
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}`);
      return parse(fallback);
    }
  };

  const password = read("REDIS_PASSWORD_FILE", "", secret);
  const redisUrl = read("REDIS_URL", REDIS_URL, (url) => checkRedisUrl(url, password));
  const scheme = redisSchemeOf(env["REDIS_URL"] || REDIS_URL);
  const needs = scheme && { tls: scheme.tls, ownPassword: scheme.seeds?.ownPassword ?? false };
  const redisAccess = readRedisAccess(read, needs);
  const config: Config = {
    host: read("HOST", "0.0.0.0", token),
    port: read("PORT", "8000", whole(65_535)),
    metricsPort: read("METRICS_PORT", "9090", whole(65_535)),
    redisUrl,
    ...(redisAccess && { redisAccess }),
    redisMode: read("REDIS_MODE", modeOf(redisUrl), oneOf(...REDIS_MODES)),
    redisWait: read("REDIS_WAIT", "0", whole(9)),
    version: read("APP_VERSION", "dev", token),
    replica: read("REPLICA", hostname(), token),
    logLevel: read("LOG_LEVEL", "info", oneOf("fatal", "error", "warn", "info", "debug", "trace", "silent")),
    drainSeconds: read("DRAIN_SECONDS", "0", whole(3600)),
    shutdownTimeoutSeconds: read("SHUTDOWN_TIMEOUT_SECONDS", "10", whole(3600)),
  };
  if (config.port !== 0 && config.port === config.metricsPort)
    problems.push("METRICS_PORT must differ from PORT");
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

const whole = (most: number) => (text: string) => {
  if (/^\d{1,5}$/.test(text) && Number(text) <= most) return Number(text);
  throw new Error(`must be a whole number from 0 to ${most}, not ${JSON.stringify(text)}`);
};

const oneOf =
  (...words: string[]) =>
  (text: string) => {
    if (words.includes(text)) return text;
    throw new Error(`must be one of ${words.join(", ")}, not ${JSON.stringify(text)}`);
  };

/** A word that is safe in a header and in a log line. */
function token(text: string): string {
  if (/^[\w.:+@/-]{1,128}$/.test(text)) return text;
  throw new Error("must be 1 to 128 letters, digits or any of . : + @ / _ -");
}
