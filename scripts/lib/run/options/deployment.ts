import type { Option } from "./option.ts";
import { oneOf, PORT, REDIS_MODES, REPLICAS, text, toggle, webAddress, whole } from "../values.ts";

/** Of what is provisioned, deployed and looked at, and of every verb. */
export const DEPLOYMENT = {
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
  purge: { env: "PURGE", help: "the data, the images and what provision made, too", read: toggle },
  yes: { env: "YES", help: "do not ask", read: toggle },
  json: { env: "JSON", help: "print the result as JSON", read: toggle },
  settings: {
    env: "SETTINGS",
    value: "file",
    help: "settings file (deploy/settings.yaml)",
    read: text,
  },
} satisfies Record<string, Option>;
