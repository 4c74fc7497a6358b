import {
  lengthOf,
  type Plan,
  planOf,
  type ProfileName,
  PROFILES,
} from "../../../../../checks/load/profiles.ts";
import { isThisHost } from "../../../host/address.ts";
import type { OptionValues } from "../../../run/options.ts";
import { readOption } from "../../../run/options.ts";
import { formatDuration } from "../../../run/values.ts";
import { awayQuestion, originOf } from "../target.ts";
import { wantedLoad } from "../wanted.ts";

/** What the form has, named like the options. */
export const FIELDS = ["profile", "users", "rate", "duration", "baseUrl", "generator"] as const;
export type Field = (typeof FIELDS)[number];
/** As it stands in the form; an empty text is what was not said. */
export type Form = Record<Field, string>;

/** What a form came to: options for a run, or what is wrong with which field. */
export type Read =
  | { options: OptionValues; errors?: undefined }
  | { options?: undefined; errors: Partial<Record<Field, string>> };

/** The form at first: what the command line says, and the profile's numbers. */
export function firstForm(options: OptionValues, generator: string): Form {
  const { name, profile } = wantedLoad(options);
  return { ...numbersOf(profile), profile: name, baseUrl: options.baseUrl ?? "", generator };
}

const numbersOf = ({ users, rate, seconds }: Record<"users" | "rate" | "seconds", number>) => ({
  users: String(users),
  rate: String(rate),
  duration: formatDuration(seconds),
});

/** What was given of it, and nothing else. */
export const formOf = (given: Record<string, string>): Form =>
  Object.fromEntries(FIELDS.map((name) => [name, (given[name] ?? "").trim()])) as Form;

/** Reads what was given, with the verb's own checks. `base` are the other options of the verb. */
export function readForm(given: Partial<Form>, base: OptionValues): Read {
  const errors: Partial<Record<Field, string>> = {};
  const options: Record<string, unknown> = { ...base };
  for (const name of FIELDS) {
    const text = (given[name] ?? "").trim();
    delete options[name];
    if (text === "") continue;
    attempt(errors, name, () => {
      options[name] = name === "baseUrl" ? originOf(text) : readOption(name, text);
    });
  }
  attempt(errors, "profile", () => wantedLoad(options));
  return Object.keys(errors).length > 0 ? { errors } : { options };
}

function attempt(errors: Partial<Record<Field, string>>, name: Field, read: () => unknown): void {
  try {
    read();
  } catch (error) {
    errors[name] ??= (error as Error).message;
  }
}

/** What has to be asked before the load may leave this machine; undefined where nothing has. */
export async function questionOf({ baseUrl, yes }: OptionValues): Promise<string | undefined> {
  if (yes || baseUrl === undefined || (await isThisHost(new URL(baseUrl).hostname))) return undefined;
  return awayQuestion(baseUrl);
}

/** The plan of what was read, for its picture. */
export function plannedBy(options: OptionValues): Plan {
  return planOf(wantedLoad(options).profile, "");
}

/** What one has to know of a profile to fill in the form. */
export const profiles = () =>
  (Object.keys(PROFILES) as ProfileName[]).map((name) => {
    const { summary, model } = PROFILES[name];
    return { name, summary, model, ...numbersOf(PROFILES[name]) };
  });

/** How long a plan takes, in words. */
export const lengthText = (plan: Plan) => formatDuration(Math.round(lengthOf(plan)));
