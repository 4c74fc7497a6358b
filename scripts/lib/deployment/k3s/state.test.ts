import t from "tap";
import { coresOf, type KubernetesService, type Pod, podsBehind } from "./state.ts";

t.test("cores of a quantity, as Kubernetes writes it", async (t) => {
  t.same(["2", "0.5", "500m", "1500m", undefined].map(coresOf), [2, 0.5, 0.5, 1.5, 0]);
});

const metadata = (name: string, labels = {}) => ({ name, namespace: "counter", labels });
const pod = (name: string, labels: object): Pod => ({
  kind: "Pod",
  metadata: metadata(name, labels),
  spec: { containers: [] },
  status: {},
});
const service = (name: string, selector?: Record<string, string>): KubernetesService => ({
  kind: "Service",
  metadata: metadata(name),
  spec: { type: "ClusterIP", clusterIP: "None", ports: [], ...(selector && { selector }) },
  status: { loadBalancer: {} },
});

t.test("the pods behind a Service are those with all its labels, in the order of their names", async (t) => {
  const pods = [
    pod("node-1", { part: "node", pod: "node-1" }),
    pod("node-0", { part: "node", pod: "node-0" }),
    pod("app-0", { part: "app" }),
  ];
  const services = [
    service("node", { part: "node" }),
    service("node-2", { part: "node", pod: "node-1" }),
    service("elsewhere"),
  ];
  const behind = (name: string) =>
    podsBehind({ workloads: new Map(), pods, services }, name).map((one) => one.metadata.name);
  t.same(behind("node"), ["node-0", "node-1"]);
  t.same(behind("node-2"), ["node-1"]);
  t.same(behind("elsewhere"), [], "a Service without a selector");
  t.same(behind("none"), []);
});
