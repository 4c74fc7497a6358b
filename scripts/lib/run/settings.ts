import { readFileSync } from "node:fs";
import { type Document, isAlias, isNode, LineCounter, parseDocument, visit } from "yaml";
import { z } from "zod";
import { EXIT, Failure } from "./failure.ts";
import type { OptionValues } from "./options.ts";
import { ROOT } from "./paths.ts";
import { BLOCKED, duration, isBlockedPort, PORT, REDIS_MODES, REDIS_WAIT, REPLICAS } from "./values.ts";

const whole = (min: number, max: number) => {
  const error = `not a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};
const seconds = z.union([z.number(), z.string()]).transform((given, context) => {
  try {
    return duration(1, 7200)(String(given));
  } catch (error) {
    context.addIssue((error as Error).message);
    return z.NEVER;
  }
});
/** Each part between slashes begins and ends with a letter or digit, as engines have it; the first may name a port. */
const NAME = String.raw`[a-z0-9]+(?:[._-]+[a-z0-9]+)*`;
const REPOSITORY = String.raw`${NAME}(?::\d+(?=/))?(?:/${NAME})*`;
const NO_IMAGE = "not an image name";
/** As in name:tag, name@sha256:... or name:tag@sha256:... */
const pinned = z
  .string()
  .regex(new RegExp(String.raw`^${REPOSITORY}(:\w[\w.-]*)?(@sha256:[0-9a-f]{64})?$`), NO_IMAGE)
  .refine(
    (ref) => ref.includes("@") || /:(?!latest$)[^:/]+$/.test(ref),
    "needs a tag other than latest, or a digest",
  );

const schema = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$/,
      "lower-case letters, digits and dashes between them, 31 at most",
    ),
  image: z
    .string()
    .refine((ref) => !/:[^/]*$/.test(ref), "carries no tag: the kit tags it with a hash")
    .regex(new RegExp(`^${REPOSITORY}$`), NO_IMAGE),
  replicas: whole(...REPLICAS),
  port: whole(...PORT).refine((port) => !isBlockedPort(port), BLOCKED),
  redis: z.enum(REDIS_MODES, { error: `not one of ${REDIS_MODES.join(", ")}` }),
  redisWait: whole(...REDIS_WAIT),
  external: z.strictObject({
    url: z.string(),
    passwordFile: z.string(),
    sentinelPasswordFile: z.string(),
    caFile: z.string(),
    certFile: z.string(),
    keyFile: z.string(),
  }),
  resources: z.strictObject({
    cpus: z.number({ error: "not a number of cores" }).min(0).max(64),
    memory: whole(64, 65536),
  }),
  baseImages: z.enum(["auto", "registry", "local"], { error: "not one of auto, registry, local" }),
  images: z.strictObject({ node: pinned, redis: pinned, proxy: pinned }),
  keep: whole(2, 50),
  k3s: z.strictObject({
    version: z.string().regex(/^v\d+\.\d+\.\d+(-rc\d+)?\+k3s\d+$/, "not a k3s release like v1.36.4+k3s1"),
    releases: z.url(),
    source: z.url(),
  }),
  load: z.strictObject({
    k6: z.strictObject({
      version: z.string().regex(/^v2\.\d+\.\d+$/, "not a k6 release like v2.2.0"),
      releases: z.url(),
    }),
    p95: whole(1, 60_000),
    max: z.strictObject({
      p99: whole(1, 60_000),
      raise: z.number({ error: "not a number from 1.01 to 10" }).min(1.01).max(10),
    }),
  }),
  deadlines: z.strictObject({
    build: seconds,
    start: seconds,
    converge: seconds,
    verify: seconds,
    remove: seconds,
  }),
});

/** What a deployment is: deploy/settings.yaml with one run's options laid over it. Times are in seconds. */
export type Settings = z.infer<typeof schema>;

/**
 * Reads and validates the settings.
 * Throws a usage Failure that lists every fault, those of the file with line and column.
 */
export function readSettings(options: OptionValues): Settings {
  const path = options.settings ?? `${ROOT}deploy/settings.yaml`;
  const settings = parseSettings(readText(path), path);
  const { port = settings.port, baseImages = settings.baseImages } = options;
  return { ...settings, port, baseImages, external: externalOf(settings, options) };
}

function externalOf({ external }: Settings, options: OptionValues): Settings["external"] {
  return {
    url: options.redisUrl ?? external.url,
    passwordFile: options.redisPasswordFile ?? external.passwordFile,
    sentinelPasswordFile: options.redisSentinelPasswordFile ?? external.sentinelPasswordFile,
    caFile: options.redisCaFile ?? external.caFile,
    certFile: options.redisCertFile ?? external.certFile,
    keyFile: options.redisKeyFile ?? external.keyFile,
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Failure(`cannot read the settings: ${(error as Error).message}`, { code: EXIT.usage });
  }
}

/** Parses the text of a settings file; `file` only names it in messages. Throws as readSettings does. */
export function parseSettings(text: string, file: string): Settings {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const syntax = [
    ...document.errors.map((error) => `${at(error.pos[0])} ${error.message.split(" at line")[0]}`),
    ...misread(document).map(([offset, what]) => `${at(offset)} ${what}`),
  ];
  const checked = schema.safeParse(syntax.length > 0 ? undefined : document.toJS());
  if (checked.success) return checked.data;
  const faults = checked.error.issues.flatMap(faultsOf).map(({ keys, text: what }) => {
    return `${at(offsetOf(document, keys))} ${keys.join(".")}: ${what}`;
  });
  throw new Failure("the settings are not valid", {
    code: EXIT.usage,
    lines: syntax.length > 0 ? syntax : faults,
  });
}

/** What YAML reads otherwise than it looks: numbers that another reader takes for octal, and aliases of nothing. */
function misread(document: Document): [offset: number, what: string][] {
  const found: [number, string][] = [];
  const anchors = new Set<string>();
  visit(document, {
    Node: (_, node) => void (!isAlias(node) && node.anchor && anchors.add(node.anchor)),
    Scalar: (_, { value, source, range }) => {
      if (typeof value === "number" && /^[-+]?0\d/.test(source ?? ""))
        found.push([range?.[0] ?? 0, `${source} begins with a zero: write ${value}`]);
    },
    Alias: (_, { source, range }) => {
      if (!anchors.has(source)) found.push([range?.[0] ?? 0, `nothing has the name &${source}`]);
    },
  });
  return found;
}

function faultsOf(issue: z.core.$ZodIssue): { keys: PropertyKey[]; text: string }[] {
  if (issue.code !== "unrecognized_keys") return [{ keys: issue.path, text: issue.message }];
  return issue.keys.map((key) => ({ keys: [...issue.path, key], text: "unknown key" }));
}

/** Where the value of a key stands in the text, or that of the nearest key above it that is there. */
function offsetOf(document: Document, keys: PropertyKey[]): number {
  for (let depth = keys.length; depth > 0; depth--) {
    const node = document.getIn(keys.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
