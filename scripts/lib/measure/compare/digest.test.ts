import t from "tap";
import { sampleLine } from "../../../../checks/load/samples.ts";
import { openRaw } from "../load/raw.ts";
import { Digest } from "./digest.ts";

/** Keeps a run whose replicas answer in turn, each after its milliseconds; the search has no steps. */
async function keepRun(raw: string, replicas: Record<string, number>): Promise<string> {
  const names = Object.keys(replicas);
  const users = openRaw(`${raw}-users.csv.gz`);
  users.part({});
  for (let index = 0; index < 100 * names.length; index++) {
    const replica = names[index % names.length]!;
    const times = { at: index, latency: 1000 * replicas[replica]!, blocked: 0, connect: 0 };
    users.line(sampleLine({ ...times, route: "read", status: 200, replica, value: 1, error: "" }));
  }
  await users.close();
  await openRaw(`${raw}-max.csv.gz`).close();
  return raw;
}

t.test("replicas that have new names in each run are the same four", async (t) => {
  const folder = t.testdir({});
  const digest = new Digest();
  const runs = [
    { "counter-7d9f-b2k8x": 1, "counter-7d9f-5q2wz": 2, "counter-7d9f-xm4tn": 3, "counter-7d9f-k9s6d": 3.5 },
    { "counter-7d9f-h7c2p": 1, "counter-7d9f-w8v5r": 2, "counter-7d9f-2bd9l": 3, "counter-7d9f-p4g6f": 3.5 },
  ];
  for (const [index, run] of runs.entries())
    await digest.add(await keepRun(`${folder}/${index}`, run), 0, () => false);
  const { replicas } = digest.sum();
  t.equal(replicas.length, 4);
  for (const one of replicas) t.match(one, { requests: 200, failed: 0, share: 0.25 });
  // By name: 5q2wz and 2bd9l, b2k8x and h7c2p, k9s6d and p4g6f, xm4tn and w8v5r.
  t.same(
    replicas.map(({ times }) => times.max.toFixed(1)),
    ["3.0", "1.0", "3.5", "3.0"],
  );
  t.same(digest.slow, []);
});

t.test("a slow replica is named as it was called in its run", async (t) => {
  const folder = t.testdir({});
  const digest = new Digest();
  const runs = [
    { "app.1": 1, "app.2": 1, "app.10": 1 },
    { "app.1": 1, "app.2": 1, "app.10": 90 },
  ];
  for (const [index, run] of runs.entries())
    await digest.add(await keepRun(`${folder}/${index}`, run), 0, () => false);
  t.match(digest.slow, [{ replica: "app.10" }]);
  t.equal(digest.sum().replicas[2]!.times.max.toFixed(), "90", "the tenth comes after the second");
});
