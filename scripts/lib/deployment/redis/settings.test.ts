// What is asked of Redis' settings. The answers are as redis-cli prints them.

import t from "tap";
import { MODES } from "../redis-modes.ts";
import { redisSettings, settingsLine } from "./settings.ts";
import type { Ask } from "./state.ts";

const CONFIG: Record<string, string> = {
  appendonly: "yes",
  appendfsync: "always",
  "min-replicas-to-write": "1",
  "min-replicas-max-lag": "2",
  "cluster-node-timeout": "1500",
};
const DOWN_AFTER: Record<string, string> = {
  "sentinel-1": "1200",
  "sentinel-2": "1500",
  "sentinel-3": "1500",
};
const redis: Ask = async (part, [first, , name = ""]) =>
  first === "config"
    ? [`${name}\n${CONFIG[name]}`]
    : [`name\ncounter\ndown-after-milliseconds\n${DOWN_AFTER[part]}\nrole-reported\nmaster`];
const nobody: Ask = async () => [];

t.test("the settings that matter to each mode, and for how many replicas a write waits", async (t) => {
  const durable = { appendonly: "yes", appendfsync: "always" };
  const replicated = { ...durable, "min-replicas-to-write": "1", "min-replicas-max-lag": "2" };
  t.same(await redisSettings(redis, MODES.single, 0), durable);
  t.same(await redisSettings(redis, MODES.sentinel, 1), {
    ...replicated,
    "down-after-milliseconds": "1200/1500",
    WAIT: "1",
  });
  t.same(await redisSettings(redis, MODES.cluster, 0), {
    ...replicated,
    "cluster-node-timeout": "1500",
    WAIT: "0",
  });
  t.same(await redisSettings(nobody, MODES.external, 1), { WAIT: "1" });
});

t.test("what does not answer is unknown; all is a line", async (t) => {
  const unknown = await redisSettings(nobody, MODES.single, 0);
  t.equal(settingsLine(unknown), "appendonly unknown, appendfsync unknown");
});
