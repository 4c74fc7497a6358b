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
} as unknown as Deployed;

t.test("a first deployment is what the settings say, or this run's options", async (t) => {
  const first = { replicas: 4, redis: "single", redisSetting: "single", previous: "" };
  t.match(nextTarget(settings, "one", {}, undefined), first);
  t.match(nextTarget(settings, "one", { replicas: 3 }, undefined), { replicas: 3, replicasSetting: 4 });
});

t.test("what one run set stays until the settings change", async (t) => {
  t.match(nextTarget(settings, "two", {}, before), { replicas: 2, redis: "sentinel", previous: "one" });
  t.match(nextTarget(settings, "two", { redis: "single" }, before), { redis: "single" });
  const changed = { ...settings, replicas: 5 };
  t.match(nextTarget(changed, "two", {}, before), { replicas: 5, redis: "sentinel" });
  t.match(nextTarget(settings, "two", {}, { ...before, redisSetting: "cluster" }), { redis: "single" });
});

t.test("the same version again keeps its history", async (t) => {
  const { previous, since } = before;
  t.match(nextTarget(settings, "one", {}, before), { previous, since });
});
