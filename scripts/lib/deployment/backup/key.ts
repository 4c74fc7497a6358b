import { EXIT, Failure } from "../../run/failure.ts";
import { KEY } from "../redis/key.ts";
import type { AskOne } from "../redis/find.ts";

/** Beside it, and in the same slot of a cluster: what a restore puts in its place, and what was there before. */
const RESTORED = `{${KEY}}:restored`;
const BEFORE = `{${KEY}}:before`;
/** The count that was put in its place: what is above it has been counted since. */
const START = `{${KEY}}:start`;
/** Milliseconds after which a copy that was never put in place is gone by itself. */
const RESTORED_LIVES = "600000";
/** The same of what was there before: a restore that was cut off and has counted so long since is not taken back. */
const BEFORE_LIVES = "3600000";

/** The value as Redis itself serialises it, with a checksum of its own. */
export interface Copy {
  count: number;
  dump: Buffer;
  /** Keys that are not the counter's: they are not copied. */
  others: number;
}

// Each script runs as one step: nobody counts in the middle of it. Binary data goes in and out as hexadecimal digits.
const COPY = `
local dump = redis.call("DUMP", KEYS[1])
if not dump then return "none" end
local hex = string.gsub(dump, ".", function(c) return string.format("%02x", string.byte(c)) end)
return redis.call("GET", KEYS[1]) .. " " .. redis.call("DBSIZE") .. " " .. hex`;

const STAGE = `
local dump = string.gsub(ARGV[1], "..", function(h) return string.char(tonumber(h, 16)) end)
local done = redis.pcall("RESTORE", KEYS[1], ARGV[2], dump, "REPLACE")
if done.err then return "refused " .. done.err end
local value = redis.pcall("GET", KEYS[1])
if type(value) == "table" then return "refused " .. value.err end
return "value " .. value`;

// An empty text is kept where there was no value.
const SWAP = `
if redis.call("EXISTS", KEYS[2]) == 0 then return "none" end
redis.call("PERSIST", KEYS[2])
redis.call("SET", KEYS[3], "")
if redis.call("EXISTS", KEYS[1]) == 1 then redis.call("RENAME", KEYS[1], KEYS[3]) end
redis.call("PEXPIRE", KEYS[3], ARGV[1])
redis.call("RENAME", KEYS[2], KEYS[1])
local count = redis.call("GET", KEYS[1])
redis.call("SET", KEYS[4], count, "PX", ARGV[1])
return count`;

// Gives the count, and how many of it were counted since what is taken back: less than zero where they were decrements.
const PUT_BACK = `
local count = tonumber(redis.call("GET", KEYS[1]) or "0")
local since = 0
if redis.call("EXISTS", KEYS[2]) == 1 then
  since = count - (tonumber(redis.call("GET", KEYS[3]) or "") or count)
  if redis.pcall("STRLEN", KEYS[2]) == 0 then redis.call("DEL", KEYS[1], KEYS[2])
  else
    redis.call("PERSIST", KEYS[2])
    redis.call("RENAME", KEYS[2], KEYS[1])
  end
  redis.call("DEL", KEYS[3])
  since = math.max(since, -tonumber(redis.call("GET", KEYS[1]) or "0"))
  if since ~= 0 then redis.call("INCRBY", KEYS[1], string.format("%.0f", since)) end
end
return (redis.call("GET", KEYS[1]) or "0") .. string.format(" %.0f", since)`;

const script = (text: string, keys: string[], ...args: string[]) => [
  "eval",
  text.trim(),
  String(keys.length),
  ...keys,
  ...args,
];

/** The running Redis' version, as in `7.0.15`. */
export async function versionOf(ask: AskOne): Promise<string> {
  const version = /^redis_version:(\S+)/m.exec(await ask("info", "server"))?.[1];
  if (version) return version;
  throw new Failure("Redis does not say its version");
}

/** The present count; 0 where nobody has counted yet. */
export const countIn = async (ask: AskOne) => Number((await ask("get", KEY)) || "0");

/** Copies the value; undefined where nobody has counted yet. Throws a Failure where it is no count. */
export async function copyValue(ask: AskOne): Promise<Copy | undefined> {
  const answer = await ask(...script(COPY, [KEY]));
  if (answer === "none") return undefined;
  const [, count, keys, hex] = /^(\d+) (\d+) ([0-9a-f]+)$/.exec(answer) ?? [];
  if (!hex) throw new Failure(`${KEY} in Redis is no count: ${answer.slice(0, 80)}`);
  return { count: Number(count), dump: Buffer.from(hex, "hex"), others: Number(keys) - 1 };
}

/**
 * Loads a copy beside the value, which nobody sees of it, and gives its count. Throws a Failure (refused) where Redis
 * does not take it: it is damaged, or a newer Redis wrote it.
 */
export async function stage(ask: AskOne, dump: Buffer): Promise<number> {
  const answer = await ask(...script(STAGE, [RESTORED], dump.toString("hex"), RESTORED_LIVES));
  const [, value] = /^value (\d+)$/.exec(answer) ?? [];
  if (value) return Number(value);
  throw new Failure(`Redis does not take it: ${answer.replace("refused ", "")}`, { code: EXIT.refused });
}

/** Puts the loaded copy in the value's place, and keeps the value. Gives the count of then. */
export async function swap(ask: AskOne): Promise<number> {
  const answer = await ask(...script(SWAP, [KEY, RESTORED, BEFORE, START], BEFORE_LIVES));
  if (answer !== "none") return Number(answer);
  throw new Failure("what was loaded is gone: it took too long");
}

/** Puts back what a restore has kept, if it came so far, with what was counted since. Gives the count, and how much of it that is. */
export async function putBack(ask: AskOne): Promise<{ count: number; since: number }> {
  const [count = 0, since = 0] = (await ask(...script(PUT_BACK, [KEY, BEFORE, START])))
    .split(" ")
    .map(Number);
  return { count, since };
}

/** Whether a restore was cut off before it was known to be right. */
export const isCutOff = async (ask: AskOne) => (await ask("exists", BEFORE)) === "1";

/** Gives up the kept value. */
export const letGo = async (ask: AskOne) => void (await ask("del", BEFORE, START));
