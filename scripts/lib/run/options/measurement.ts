import type { Option } from "./option.ts";
import { duration, list, oneOf, OWN_MODES, REPLICAS, text, toggle, whole } from "../values.ts";

/** Of what is measured, copied and proven. */
export const MEASUREMENT = {
  rounds: { env: "ROUNDS", value: "n", help: "rounds of each measurement", read: whole(1, 999) },
  seconds: {
    env: "SECONDS_EACH",
    value: "duration",
    help: "length of one measurement, like 20 or 20s",
    read: duration(1, 999),
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
    value: "duration",
    help: "like 90, 90s or 1m30s; of each step if there are several",
    read: duration(1, 86_400),
  },
  kill: {
    env: "KILL",
    value: "part",
    help: "redis or master, app, proxy, replica or sentinel; redis if not said",
    read: oneOf("redis", "app", "proxy", "replica", "sentinel", "master"),
  },
  freeze: { env: "FREEZE", help: "freeze it for 5 s instead of ending it", read: toggle },
  partition: { env: "PARTITION", help: "cut it off from its network for 5 s instead", read: toggle },
  increments: { env: "INCREMENTS", value: "n", help: "how many, and as many reads", read: whole(1, 100_000) },
  modes: {
    env: "MODES",
    value: "list",
    help: "ways to run Redis, one after the other; as it is if not said",
    read: list(oneOf(...OWN_MODES)),
  },
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
  start: { env: "START", help: "start the load at once", read: toggle },
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
