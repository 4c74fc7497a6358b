import { EXIT, Failure } from "../../run/failure.ts";
import { unlessTimedOut, until } from "../../run/wait.ts";
import { KEY } from "./key.ts";
import type { Ask } from "./state.ts";

/** Seconds within which a failover is over, or will not be. */
const PATIENCE = 15;

/** Sends a command to the one Redis that has the count, and gives what redis-cli printed. Throws where none answers. */
export type AskOne = (...command: string[]) => Promise<string>;

/**
 * Finds the one part with the count: a master, and of a cluster that of the key's slot. While a failover is under way,
 * several parts may say so, or none: it waits for so many seconds. Throws a Failure where none answers, and one (refused)
 * where several do, since their counts are not one.
 */
export async function partWithCount(
  ask: Ask,
  parts: readonly string[],
  patience = PATIENCE,
): Promise<string> {
  let masters: Master[] = [];
  const search = until({ what: "there is no one Redis", deadline: patience }, async () => {
    masters = await mastersAmong(ask, parts);
    return parts.length === 1 || new Set(masters.map(({ part }) => part)).size === 1;
  });
  await unlessTimedOut(search);
  const [one, ...others] = masters;
  if (!one) throw away();
  if (others.length === 0) return one.part;
  const counts = [one, ...others].map(({ count }) => Number(count).toLocaleString("en"));
  throw new Failure(`${counts.length} Redis answer, each with a count of its own: ${counts.join(", ")}`, {
    code: EXIT.refused,
  });
}

interface Master {
  part: string;
  count: string;
}

/** The masters among them, each with its count: a part may have several. */
async function mastersAmong(ask: Ask, parts: readonly string[]): Promise<Master[]> {
  const found = parts.map(async (part) => {
    const roles = await ask(part, ["role"]);
    if (!roles.some((role) => role.startsWith("master"))) return [];
    const counts = await ask(part, ["get", KEY]);
    return counts.map((count) => ({ part, count }));
  });
  return (await Promise.all(found)).flat();
}

/** The parts that follow the one with the count. */
export async function partsThatFollow(ask: Ask, parts: readonly string[]): Promise<string[]> {
  const found = parts.map(async (part) => {
    const [role = ""] = await ask(part, ["role"]);
    // Each node of a cluster tells the keys that it has, also those that another one serves.
    const [key] = await ask(part, ["keys", KEY]);
    return role.startsWith("slave") && key === KEY ? [part] : [];
  });
  return (await Promise.all(found)).flat();
}

/** Asks the one Redis with the count. Throws as `partWithCount` does. */
export async function counterRedis(ask: Ask, parts: readonly string[], patience?: number): Promise<AskOne> {
  const part = await partWithCount(ask, parts, patience);
  return async (...command) => {
    const [answer] = await ask(part, command);
    if (answer !== undefined) return answer;
    throw away();
  };
}

/** Of a part that is several Redis, asks them all, and answers with what one of them says, from 1; only if all do answer. */
export const oneOfEach =
  (ask: Ask, which: number, instances: number): Ask =>
  async (part, command) => {
    const answers = await ask(part, command);
    return answers.length === instances ? answers.slice(which - 1, which) : [];
  };

const away = () => new Failure("Redis does not answer", { hint: "make logs SERVICE=redis" });
