// Against real Redis, asked with redis-cli as the deployment's are.

import t, { type Test } from "tap";
import { noRedis, testRedis } from "../../../../service/testing/redis.ts";
import { readSettings } from "../../run/settings.ts";
import type { RedisMode } from "../../run/values.ts";
import { askParts } from "../../testing/ask-parts.ts";
import type { Orchestrator } from "../orchestrator.ts";
import { MODES } from "../redis-modes.ts";
import { counts, refusing, resumeWrites, setCount, stopWrites } from "./count.ts";
import { lookAtRedis } from "./whole.ts";

const settings = readSettings({});

/** As many Redis as a mode has, each for itself, and how they are asked. */
async function serve(t: Test, mode: RedisMode) {
  const { servers, instances } = MODES[mode];
  const parts = servers.map(
    async (name) => [name, await Promise.all(Array.from({ length: instances }, () => testRedis(t)))] as const,
  );
  const all = Object.fromEntries(await Promise.all(parts));
  const ask = askParts(all);
  const askRedis: Orchestrator["askRedis"] = (_settings, part, command) => ask(part, command);
  const problems = async () =>
    (await lookAtRedis({ askRedis } as Orchestrator, settings, mode, "one")).problems;
  return { all, ask, problems };
}

t.test(
  "writes that a killed change has stopped: that is a problem, and they are allowed again",
  { skip: noRedis },
  async (t) => {
    for (const mode of ["single", "independent"] as const) {
      const { ask, problems } = await serve(t, mode);
      const [name = ""] = MODES[mode].servers;
      await setCount(ask, mode, 7);
      t.same(await resumeWrites(ask, mode), [], "none was stopped");
      t.same(await problems(), []);
      await stopWrites(ask, mode);
      await t.rejects(setCount(ask, mode, 8));
      t.match(await problems(), [new RegExp(`^${name} refuses writes .* a deployment lets it`)]);
      t.same(await resumeWrites(ask, mode), [name]);
      t.same(await problems(), []);
      await setCount(ask, mode, 9);
      t.same(new Set(await counts(ask, mode)), new Set([9]));
    }
  },
);

t.test(
  "those that answer are let go on, with as many replicas as behind Sentinels a master has to have",
  { skip: noRedis },
  async (t) => {
    const { all, ask } = await serve(t, "sentinel");
    await stopWrites(ask, "sentinel");
    await all["redis-3"]![0]!.kill();
    t.same(await refusing(ask, "sentinel"), ["redis-1", "redis-2"]);
    t.same(await resumeWrites(ask, "sentinel"), ["redis-1", "redis-2"]);
    const set = await ask("redis-1", ["config", "get", "min-replicas-to-write"]);
    t.same(set, ["min-replicas-to-write\n1"]);
    await stopWrites(ask, "sentinel").catch(() => {});
    all["redis-1"]![0]!.freeze();
    t.same(await refusing(ask, "sentinel"), ["redis-2"], "one that does not answer");
    all["redis-1"]![0]!.thaw();
  },
);
