import { type Profile, type ProfileName, PROFILES, withoutResets } from "../../../../checks/load/profiles.ts";
import { EXIT, Failure } from "../../run/failure.ts";
import type { OptionValues } from "../../run/options.ts";

/** Above this, a count is worth something, and no load resets it unasked. */
const PRECIOUS = 1000;

/** The profiles, for a usage text. */
export const PROFILE_NOTES = [
  "Profiles:",
  ...Object.entries(PROFILES).map(([name, { summary }]) => `  ${name.padEnd(15)} ${summary}`),
];

/** The load that was asked for: a profile, with this run's numbers in it. Throws a usage Failure. */
export function wantedLoad(options: OptionValues): { name: ProfileName; profile: Profile } {
  const name = options.profile ?? "average";
  if (!Object.hasOwn(PROFILES, name)) {
    const names = Object.keys(PROFILES).join(", ");
    throw new Failure(`PROFILE is "${name}"; it is one of ${names}`, { code: EXIT.usage });
  }
  const profile: Profile = { ...PROFILES[name as ProfileName] };
  const { users = profile.users, rate = profile.rate, duration: seconds = profile.seconds } = options;
  return { name: name as ProfileName, profile: { ...profile, users, rate, seconds } };
}

/** What becomes of a profile's resets. */
export type Resets = "none" | "sent" | "left out";

/** Leaves the resets out where the count is too high to be lost, unless they were asked for. */
export function sparing(
  profile: Profile,
  count: number,
  reset: boolean,
): { profile: Profile; resets: Resets } {
  if (!profile.weights.reset) return { profile, resets: "none" };
  if (reset || count <= PRECIOUS) return { profile, resets: "sent" };
  return { profile: { ...profile, weights: withoutResets(profile.weights) }, resets: "left out" };
}

/** In words, what became of the resets; empty where there is nothing to say. */
export function resetsLine(resets: Resets, count: number): string {
  if (resets === "none") return "";
  const high = `a count of ${count.toLocaleString("en")}`;
  if (resets === "sent") return count > PRECIOUS ? `${high} was reset, as was asked for` : "";
  return `resets were left out, and their share read: ${high} shall not be lost (RESET=1 resets it)`;
}
