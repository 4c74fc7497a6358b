import t from "tap";
import { cgroupProblem } from "./preflight.ts";

t.test(
  "a kubelet that refuses cgroup v1 is refused before, unless the user's settings allow it",
  async (t) => {
    t.match(
      cgroupProblem("v1.36.4+k3s1", true, false),
      /kubelet of v1.36.4\+k3s1 refuses.*fail-cgroupv1=false/,
    );
    t.equal(cgroupProblem("v1.36.4+k3s1", true, true), undefined);
    t.equal(cgroupProblem("v1.36.4+k3s1", false, false), undefined);
    t.equal(cgroupProblem("v1.34.1+k3s1", true, false), undefined);
  },
);
