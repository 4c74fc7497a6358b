import { parseArgs } from "node:util";
import { EXIT, Failure } from "./failure.ts";
import { DEPLOYMENT } from "./options/deployment.ts";
import { MEASUREMENT } from "./options/measurement.ts";
import type { Option } from "./options/option.ts";

/**
 * Every option of every verb. A variable on make's command line and the flag are one setting: `make scale REPLICAS=2`,
 * `scripts/scale.ts --replicas=2`. A variable that is only exported is none: names like VERSION and PORT mean other
 * things to other programs.
 */
export const OPTIONS = { ...DEPLOYMENT, ...MEASUREMENT };

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

/** Where make says which variables its command line has. Their values are in the environment. */
const COMMAND_LINE = "COMMAND_LINE_VARIABLES";

/** The environment of a script that make starts with these variables on its command line. */
export const asMakeGives = (variables: Record<string, string>): Record<string, string> => ({
  ...variables,
  [COMMAND_LINE]: Object.keys(variables).join(" "),
});

const fromMake = (name: OptionName, env: NodeJS.ProcessEnv): boolean =>
  env[COMMAND_LINE]?.split(" ").includes(OPTIONS[name].env) ?? false;

/** The verb's variables that are exported and not on make's command line. */
export function ignoredVariables(spec: VerbSpec, env: NodeJS.ProcessEnv): string[] {
  const names = optionsOf(spec).filter((name) => env[OPTIONS[name].env] && !fromMake(name, env));
  return names.map((name) => OPTIONS[name].env);
}

const optionsOf = (spec: VerbSpec): OptionName[] => [...spec.options, "settings"];

/**
 * The options of one run. A flag wins over make's variable, and an empty text is none.
 * Throws a usage Failure on an unknown flag, and on a value that is missing or wrong.
 */
export function readOptions(spec: VerbSpec, argv: string[], env: NodeJS.ProcessEnv): OptionValues {
  const flags = readFlags(spec, argv);
  const values: Partial<Record<OptionName, unknown>> = {};
  for (const name of optionsOf(spec)) {
    const given = flags[flagOf(name)] ?? (fromMake(name, env) ? env[OPTIONS[name].env] : undefined);
    if (given !== undefined && given !== "") values[name] = readOption(name, String(given));
  }
  return values as OptionValues;
}

/** One option, read. Throws a usage Failure that names it, with what was given. */
export function readOption(name: OptionName, given: string): unknown {
  try {
    return OPTIONS[name].read(given);
  } catch (error) {
    const message = `${OPTIONS[name].env} is "${given}", ${(error as Error).message}`;
    throw new Failure(message, { code: EXIT.usage });
  }
}

function readFlags(spec: VerbSpec, argv: string[]): Record<string, string | boolean | undefined> {
  const known = optionsOf(spec).map((name) => [
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

/** Rows as indented lines, with their columns below each other. */
function aligned(rows: string[][]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]!.length));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(width(column))).join("  ")}`.trimEnd());
}

/** The text of `--help`. */
export function usage(spec: VerbSpec): string {
  const rows = optionsOf(spec).map((name) => {
    const value = valueOf(name);
    return [`--${flagOf(name)}${value ? `=${value}` : ""}`, OPTIONS[name].env, OPTIONS[name].help];
  });
  return [
    spec.summary,
    "",
    `Usage: scripts/${spec.name}.ts [options]`,
    `       ${spec.example}`,
    "",
    ...aligned([["Flag", "Variable", "Meaning"], ...rows, ["--help", "", "this text"]]),
    "",
    ...(spec.notes ? [...spec.notes, ""] : []),
    "Exit codes: 0 done, 1 failed, 2 usage or settings, 3 refused and nothing changed,",
    "            4 rolled back, 5 ran out of time, 6 another run holds the lock",
  ].join("\n");
}
