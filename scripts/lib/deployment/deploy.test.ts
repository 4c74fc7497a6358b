import t from "tap";
import { readSettings } from "../run/settings.ts";
import { nextTarget } from "./deploy.ts";
import type { Deployed } from "./orchestrator.ts";

const settings = readSettings({});
const before = {
  version: "one",
  previous: "none",
  since: "2026-01-01T00:00:00Z",
  replicas: 2,
  replicasSetting: 4,
  redis: "sentinel",
  redisSetting: "single",
  redisWait: 1,
  redisWaitSetting: 0,
} as unknown as Deployed;

t.test("a first deployment is what the settings say, or this run's options", async (t) => {
  const first = { replicas: 4, redis: "single", redisSetting: "single", previous: "" };
  t.match(nextTarget(settings, "one", {}, undefined), first);
  t.match(nextTarget(settings, "one", { replicas: 3 }, undefined), { replicas: 3, replicasSetting: 4 });
});

t.test("what one run set stays until the settings change", async (t) => {
  t.match(nextTarget(settings, "two", {}, before), { replicas: 2, redis: "sentinel", previous: "one" });
  t.match(nextTarget(settings, "two", { redis: "cluster" }, before), { redis: "cluster" });
  const changed = { ...settings, replicas: 5 };
  t.match(nextTarget(changed, "two", {}, before), { replicas: 5, redis: "sentinel" });
  const other = { ...before, redisSetting: "cluster", redisWait: 0 };
  t.match(nextTarget(settings, "two", {}, other), { redis: "single" });
});

t.test("a scale to 0 that somebody made beside the kit is not taken over", async (t) => {
  t.match(nextTarget(settings, "two", {}, { ...before, replicas: 0 }), { replicas: 4 });
});

t.test("what a write waits for stays, too, and is refused where there is none", async (t) => {
  t.match(nextTarget(settings, "one", {}, undefined), { redisWait: 0, redisWaitSetting: 0 });
  const sentinel = { redis: "sentinel", wait: 1 } as const;
  t.match(nextTarget(settings, "one", sentinel, undefined), { redisWait: 1, redisWaitSetting: 0 });
  t.match(nextTarget(settings, "two", {}, before), { redisWait: 1 });
  t.match(nextTarget(settings, "two", { wait: 0 }, before), { redisWait: 0 });
  t.match(nextTarget(settings, "two", {}, { ...before, redisWaitSetting: 1 }), { redisWait: 0 });
  t.match(nextTarget({ ...settings, redisWait: 1 }, "two", { redis: "cluster" }, undefined), {
    redisWait: 1,
  });
  const refused = { code: 2, message: /no replica that a write could wait for/, details: { hint: /WAIT=0/ } };
  for (const redis of ["single", "independent"] as const) {
    t.throws(() => nextTarget(settings, "one", { redis, wait: 1 }, undefined), refused, redis);
    t.throws(
      () => nextTarget(settings, "two", { redis }, before),
      refused,
      `${redis}, and it was set before`,
    );
    t.match(nextTarget(settings, "two", { redis, wait: 0 }, before), { redis, redisWait: 0 });
  }
});

t.test("the same version again keeps its history", async (t) => {
  const { previous, since } = before;
  t.match(nextTarget(settings, "one", {}, before), { previous, since });
});
