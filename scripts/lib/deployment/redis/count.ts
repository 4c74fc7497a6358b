import type { RedisMode } from "../../run/values.ts";
import { until } from "../../run/wait.ts";
import { MODES } from "../redis-modes.ts";
import { EXTERNAL } from "./external.ts";
import { KEY } from "./key.ts";
import { type Ask, pairsOf } from "./state.ts";

/** Of Redis: a master that has fewer replicas takes no writes. */
const SETTING = "min-replicas-to-write";
/** More replicas than there are: a master that shall have so many takes no writes, and answers reads. */
const UNREACHABLE = "100";
/** Seconds in which one that is away is back, or will not be. */
const PATIENCE = 15;

/** Who takes the writes of a mode: one part. Throws where there is none at the moment. */
async function writer(ask: Ask, mode: RedisMode): Promise<string> {
  const { look, servers, sentinels } = MODES[mode];
  if (sentinels.length === 0) return servers[0] ?? EXTERNAL;
  const { servers: states } = await look(ask, MODES[mode]);
  const master = states.find(({ role }) => role === "master");
  if (!master) throw new Error(`Redis ${mode} has no master`);
  return master.name;
}

/** The counts, one of each Redis that counts for itself. In a cluster, -c goes where the key is. */
export async function counts(ask: Ask, mode: RedisMode): Promise<number[]> {
  const { instances } = MODES[mode];
  const values = await ask(await writer(ask, mode), ["-c", "get", KEY]);
  const numbers = values.map((value) => Number(value || 0));
  if (numbers.length === instances && numbers.every((count) => Number.isSafeInteger(count))) return numbers;
  throw new Error(`Redis ${mode} does not tell its count`);
}

/** Sets the count, and reads it again. Throws where it is another then. */
export async function setCount(ask: Ask, mode: RedisMode, count: number): Promise<void> {
  await ask(await writer(ask, mode), ["-c", "set", KEY, String(count)]);
  const now = await counts(ask, mode);
  if (now.some((one) => one !== count))
    throw new Error(`Redis ${mode} has ${now.join(", ")} and not ${count}`);
}

/** Adds to the count, and never below zero. */
export async function addCount(ask: Ask, mode: RedisMode, more: number): Promise<void> {
  if (more === 0) return;
  const least = Math.min(...(await counts(ask, mode)));
  await ask(await writer(ask, mode), ["-c", "incrby", KEY, String(Math.max(more, -least))]);
}

/**
 * Lets Redis refuse all writes; the counter answers 503 then. Throws where one does not. An external
 * one is left alone: others may use it, and what the counter counts there meanwhile is added in the end.
 */
export async function stopWrites(ask: Ask, mode: RedisMode): Promise<void> {
  const missing = await setReplicas(ask, mode, UNREACHABLE);
  if (missing !== "") throw new Error(missing);
}

/** Takes that back. One that is away starts as one that takes writes. Throws where one goes on not answering. */
export async function allowWrites(ask: Ask, mode: RedisMode): Promise<void> {
  let seen = "";
  const wait = { what: `Redis ${mode} is not told to take writes`, deadline: PATIENCE, seen: () => seen };
  await until({ ...wait, despiteInterrupt: true }, async () => {
    seen = await setReplicas(ask, mode, needed(mode));
    return seen === "";
  });
}

/** The parts that answer, and were told to refuse all writes. */
export async function refusing(ask: Ask, mode: RedisMode): Promise<string[]> {
  const { servers } = MODES[mode];
  const answers = await Promise.all(servers.map((name) => ask(name, ["config", "get", SETTING])));
  return servers.filter((_, at) => answers[at]!.some((text) => pairsOf(text)[SETTING] === UNREACHABLE));
}

/**
 * Lets those take writes again that refuse them: a change of the mode that was killed has left them so. Returns their
 * names. Throws where one still refuses.
 */
export async function resumeWrites(ask: Ask, mode: RedisMode): Promise<string[]> {
  const found = await refusing(ask, mode);
  await Promise.all(found.map((name) => ask(name, ["config", "set", SETTING, needed(mode)])));
  const left = found.length > 0 ? await refusing(ask, mode) : [];
  if (left.length > 0) throw new Error(`${left.join(", ")} of Redis ${mode} does not take writes again`);
  return found;
}

/** How many replicas a master has to have as a rule, as deploy/redis/ says. */
const needed = (mode: RedisMode) => (MODES[mode].sentinels.length > 0 ? "1" : "0");

/** Returns who did not do it, in words; empty if all did. */
async function setReplicas(ask: Ask, mode: RedisMode, replicas: string): Promise<string> {
  const { servers, instances } = MODES[mode];
  const answers = await Promise.all(servers.map((name) => ask(name, ["config", "set", SETTING, replicas])));
  const missing = servers.filter((_, at) => answers[at]!.length < instances);
  return missing.length > 0 ? `${missing.join(", ")} of Redis ${mode} does not answer` : "";
}
