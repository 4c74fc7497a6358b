import { accessSync, constants, readFileSync } from "node:fs";
import { scryptSync } from "node:crypto";
import { resolve } from "node:path";
import { $ } from "zx/core";
import { EXIT, Failure } from "../../run/failure.ts";
import type { Outcome } from "../../run/progress.ts";
import type { Settings } from "../../run/settings.ts";
import { KEY } from "./key.ts";
import { pairsOf, type RedisState } from "./state.ts";

/** What it is called where parts of the deployment are meant otherwise. */
export const EXTERNAL = "external";

/** The files of `external` in the settings, by the variables that the service reads them from. */
const FILES = {
  REDIS_PASSWORD_FILE: "passwordFile",
  REDIS_SENTINEL_PASSWORD_FILE: "sentinelPasswordFile",
  REDIS_CA_FILE: "caFile",
  REDIS_CERT_FILE: "certFile",
  REDIS_KEY_FILE: "keyFile",
} as const;

/** A file that the counter gets as a secret. */
export interface ExternalFile {
  /** What the service calls it. */
  variable: keyof typeof FILES;
  /** What the orchestrators call it, as in `ca`. */
  name: string;
  path: string;
}

/** As the orchestrators call the file of a variable. */
export const nameOf = (variable: string) =>
  variable
    .replace(/^REDIS_|_FILE$/g, "")
    .toLowerCase()
    .replaceAll("_", "-");

export const VARIABLES = Object.keys(FILES);

/** The files that the settings name, seen from where the command runs. */
export function externalFiles({ external }: Settings): ExternalFile[] {
  const all = Object.entries(FILES) as [keyof typeof FILES, (typeof FILES)[keyof typeof FILES]][];
  return all
    .filter(([, key]) => external[key] !== "")
    .map(([variable, key]) => ({ variable, name: nameOf(variable), path: resolve(external[key]) }));
}

/** Tells a file's contents from others, and cannot be guessed back from a list of names: a password may be short. */
export const markOf = ({ path }: ExternalFile) =>
  scryptSync(readFileSync(path), "counter-deploy", 6).toString("hex");

/** Throws a usage Failure with all that is wrong with the settings of an external Redis. */
export function checkExternal(settings: Settings): void {
  const { url } = settings.external;
  const lines = [
    ...(url === "" ? ["it needs REDIS_URL, or external.url in deploy/settings.yaml"] : []),
    ...(/\/\/[^/@]*:[^/@]*@/.test(url)
      ? ["the URL holds a password, which belongs into a file: REDIS_PASSWORD_FILE"]
      : []),
    ...externalFiles(settings).flatMap(({ variable, path }) => unreadable(variable, path)),
  ];
  if (lines.length > 0) throw new Failure("the external Redis is not said", { code: EXIT.usage, lines });
}

function unreadable(variable: string, path: string): string[] {
  try {
    accessSync(path, constants.R_OK);
    return readFileSync(path).length > 0 ? [] : [`${variable}: ${path} is empty`];
  } catch (error) {
    return [`${variable}: ${(error as Error).message}`];
  }
}

/** Where a container has the files. */
const inside = (name: string) => `/run/secrets/external/${name}`;

/** How it ends where one side alone speaks TLS, or shows no certificate. */
const ONE_WITH_TLS = /ECONNRESET|ETIMEDOUT|wrong version number|certificate required/i;
const TLS_HINT =
  "rediss:// is with TLS, redis:// without; REDIS_CERT_FILE and REDIS_KEY_FILE where it asks for a certificate";

/** Root's right to read, and no other: the files may be another's. */
const READER = ["--user", "0:0", "--cap-drop", "ALL", "--cap-add", "DAC_READ_SEARCH"];

/**
 * Runs a command on the external Redis, from a container of the counter's image and as the counter would. Throws a
 * Failure whose lines say why there is no answer.
 */
export async function runExternal(
  settings: Settings,
  image: string,
  command: readonly string[],
): Promise<string> {
  const files = externalFiles(settings);
  const variables = [
    `REDIS_URL=${settings.external.url}`,
    ...files.map(({ variable, name }) => `${variable}=${inside(name)}`),
  ];
  const flags = [
    ...variables.flatMap((variable) => ["--env", variable]),
    ...files.flatMap(({ path, name }) => ["--volume", `${path}:${inside(name)}:ro`]),
  ];
  const run = $({ nothrow: true, timeout: "30s" });
  const answer =
    await run`docker run --rm --pull never ${READER} ${flags} ${image} node ask-redis.mjs ${command}`;
  if (answer.ok) return answer.stdout.trim();
  throw new Failure("the external Redis cannot be used", {
    code: EXIT.refused,
    lines: answer.stderr.trim().split("\n"),
    ...(ONE_WITH_TLS.test(answer.stderr) && { hint: TLS_HINT }),
  });
}

/** What INFO says against a Redis that shall keep a count. */
export function judge(info: string): string[] {
  const facts = Object.fromEntries(info.split(/\r?\n/).map((line) => line.split(":")));
  const { redis_version: version = "", maxmemory_policy: policy = "", aof_enabled: kept } = facts;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return [
    ...(major > 6 || (major === 6 && minor >= 2) ? [] : [`it is Redis ${version}, and 6.2 is needed`]),
    ...(policy.startsWith("allkeys")
      ? [`it evicts keys when its memory is full (maxmemory-policy ${policy}), the count among them`]
      : []),
    ...(kept === "1"
      ? []
      : ["it does not write what it counts to its disk (appendonly no): a crash would lose it"]),
  ];
}

/** Milliseconds in which replicas have to say that they have all; the client gives up after 500. */
const REPLICAS_ANSWER = 300;

/**
 * Tries the external Redis, and whether it has the replicas that a write shall wait for. Gives a warning where what it
 * acknowledges is not on its disk, or may not be. Throws a Failure (refused) with every reason against it; nothing is
 * changed then.
 */
export async function requireExternal(
  settings: Settings,
  version: string,
  wait: number,
): Promise<Outcome & { warning?: string }> {
  const image = `${settings.image}:${version}`;
  const lines = judge(await runExternal(settings, image, ["info"]));
  const write = ["setrange", KEY, "0", ""];
  const refusal = await runExternal(settings, image, write).catch((error: Failure) => error);
  if (refusal instanceof Failure) lines.push(...(refusal.details.lines ?? []));
  if (wait > 0) lines.push(...(await withoutReplicas(settings, image, wait)));
  if (lines.length > 0) throw new Failure("the external Redis cannot be used", { code: EXIT.refused, lines });
  const fsync = await runExternal(settings, image, ["config", "get", "appendfsync"]).catch(() => "");
  return { note: settings.external.url, ...warningOf(fsync) };
}

/** What is to be known of when it writes to its disk, by what it answers to CONFIG GET; many a managed one refuses that. */
export function warningOf(answer: string): { warning?: string } {
  const { appendfsync } = pairsOf(answer);
  if (appendfsync === "always") return {};
  const lost = "a crash of its machine may lose the counts that it acknowledged last";
  return {
    warning: appendfsync
      ? `with appendfsync ${appendfsync}, ${lost}`
      : `unless its appendfsync is always, which it does not tell, ${lost}`,
  };
}

/** What keeps writes from waiting for so many replicas. */
async function withoutReplicas(settings: Settings, image: string, wait: number): Promise<string[]> {
  const command = ["wait", String(wait), String(REPLICAS_ANSWER)];
  const answer = await runExternal(settings, image, command).catch((error: Failure) => error);
  if (answer instanceof Failure) return answer.details.lines ?? [];
  return Number(answer) >= wait
    ? []
    : [`${answer} of its replicas acknowledge what it writes (WAIT=${wait})`];
}

/** What there is to see of a Redis that is run elsewhere: whether it answers. */
export async function lookAtExternal(
  ask: (part: string, command: readonly string[]) => Promise<string[]>,
): Promise<RedisState> {
  const [info] = await ask(EXTERNAL, ["info", "replication"]);
  if (info === undefined) return { servers: [], problems: ["the external Redis does not answer"] };
  return { servers: [{ name: EXTERNAL, role: "master" }], problems: [] };
}
