import type { Test } from "tap";
import { testRedis, type TestRedis } from "../../../service/testing/redis.ts";
import type { Backup } from "../deployment/backup/file.ts";
import { copyValue } from "../deployment/backup/key.ts";
import type { Deployed } from "../deployment/orchestrator.ts";
import { counterRedis } from "../deployment/redis/find.ts";
import { startNode } from "../measure/local.ts";
import { type Progress, progress } from "../run/progress.ts";
import { readSettings } from "../run/settings.ts";
import { askParts } from "./ask-parts.ts";

const real = readSettings({});
export const settings = { ...real, deadlines: { ...real.deadlines, verify: 2, converge: 5 } };

export const PUT = "Put it in place";
export const VERIFY = "Verify through the front door";
/** A restore's steps, unseen, with something done before those of these names. */
export function steps(before: Record<string, () => Promise<unknown>> = {}): Progress {
  const unseen = progress("Restore", 4, { write: () => true, isTTY: false, columns: 80 });
  const step: Progress["step"] = async (name, action) => {
    await before[name]?.();
    return unseen.step(name, action);
  };
  return { ...unseen, step };
}

/** How the one with the count among these Redis is found. */
export const finderOf =
  (parts: Record<string, TestRedis[]>) =>
  (patience = 5) =>
    counterRedis(askParts(parts), Object.keys(parts), patience);

/** A backup of a Redis that has counted so far. */
export async function backupOf(t: Test, count: number): Promise<Backup> {
  const redis = await testRedis(t);
  await redis.client.set("counter:value", count);
  const { dump } = (await copyValue(await finderOf({ redis: [redis] })()))!;
  const facts = { name: "counter", time: new Date().toISOString(), file: "x.dump", bytes: dump.length };
  const manifest = { ...facts, format: "counter-deploy backup 1" as const, sha256: "", count };
  return { manifest: { ...manifest, redis: "7.0.0", mode: "single", version: "1" }, dump };
}

/** A Redis that counts, behind the real service. */
export async function serve(t: Test, count?: number) {
  const redis = await testRedis(t);
  if (count !== undefined) await redis.client.set("counter:value", count);
  const door = await startNode("service/server.ts", { REDIS_URL: redis.url, APP_VERSION: "1" });
  t.teardown(() => door[Symbol.dispose]());
  const deployed = { version: "1", replicas: 1, url: `http://127.0.0.1:${door.port}` } as Deployed;
  const find = finderOf({ redis: [redis] });
  return { redis, ask: await find(), find, deployed, door };
}
