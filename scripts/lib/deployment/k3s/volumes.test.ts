import t from "tap";
import type { Workload } from "./state.ts";
import { claimsOf } from "./volumes.ts";

t.test("claims: each pod of a StatefulSet has one of each template, a Deployment none", async (t) => {
  const replicated = {
    metadata: { name: "replicated" },
    spec: { replicas: 2, volumeClaimTemplates: [{ metadata: { name: "data" } }] },
  } as Workload;
  t.same(claimsOf(replicated), ["data-replicated-0", "data-replicated-1"]);
  t.same(claimsOf({ metadata: { name: "app" }, spec: { replicas: 4 } } as Workload), []);
});
