import t from "tap";
import { claimsOf, coresOf, type Workload } from "./state.ts";

t.test("cores of a quantity, as Kubernetes writes it", async (t) => {
  t.same(["2", "0.5", "500m", "1500m", undefined].map(coresOf), [2, 0.5, 0.5, 1.5, 0]);
});

t.test("claims: each pod of a StatefulSet has one of each template, a Deployment none", async (t) => {
  const replicated = {
    metadata: { name: "replicated" },
    spec: { replicas: 2, volumeClaimTemplates: [{ metadata: { name: "data" } }] },
  } as Workload;
  t.same(claimsOf(replicated), ["data-replicated-0", "data-replicated-1"]);
  t.same(claimsOf({ metadata: { name: "app" }, spec: { replicas: 4 } } as Workload), []);
});
