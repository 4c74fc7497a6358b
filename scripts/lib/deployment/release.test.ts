import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import t, { type Test } from "tap";
import { Failure } from "../run/failure.ts";
import type { Progress } from "../run/progress.ts";
import { readSettings } from "../run/settings.ts";
import type { Deployed, Orchestrator, Snapshot } from "./orchestrator.ts";
import { release } from "./release.ts";

const silent: Progress = { step: (_name, action) => action(() => {}), extend: () => {}, done: () => {} };

/** An orchestrator in memory, which has the version that its door serves as its one part; none at first if empty. */
async function fake(t: Test, first: string, converge = 1) {
  const deadlines = { ...readSettings({}).deadlines, converge, verify: 1 };
  const settings = { ...readSettings({}), deadlines };
  const door = { version: first, removed: false, undoFails: false };
  const server = createServer((_request, response) => {
    response.end(JSON.stringify({ version: door.version, replica: "app.1" }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const snapshot = async (): Promise<Snapshot> => ({
    parts: door.version ? { app: { definition: { version: door.version } } } : {},
    processes: [],
  });
  const orchestrator = {
    snapshot,
    observe: async () => (door.version ? ({ version: door.version, url } as Deployed) : undefined),
    states: async () => [
      {
        name: "app",
        wanted: 1,
        ready: door.version === "bad" ? 0 : 1,
        leaving: 0,
        settled: true,
        steadyMs: 0,
      },
    ],
    undo: async () => {
      if (door.undoFails) throw new Error("the engine is away");
      door.version = first;
    },
    diagnose: async () => ["app.1: it crashed"],
    remove: async () => {
      door.removed = true;
      return {};
    },
  } as unknown as Orchestrator;
  const run = (version: string, fails?: Failure) =>
    release(orchestrator, settings, silent, {
      name: "Deploy",
      version,
      replicas: 1,
      act: async () => {
        door.version = version;
        if (fails) throw fails;
        return {};
      },
    });
  return { door, orchestrator, run };
}

t.test("a change that works is what is returned", async (t) => {
  const { run } = await fake(t, "one");
  t.match(await run("two"), { version: "two" });
});

t.test("a change that does not get ready is taken back, with its reason", async (t) => {
  const { run, door } = await fake(t, "one");
  await t.rejects(run("bad"), {
    code: 4,
    message: /rollout not complete/,
    details: { serving: "one (rolled back)", lines: ["app.1: it crashed"] },
  });
  t.equal(door.version, "one");
});

t.test("what was asked for by half is taken back, too", async (t) => {
  const { run, door } = await fake(t, "one");
  await t.rejects(run("two", new Failure("no space")), { code: 4, message: "no space" });
  t.equal(door.version, "one");
});

t.test("a failure that changed nothing keeps its code", async (t) => {
  const { run } = await fake(t, "one");
  await t.rejects(run("one", new Failure("refused", { code: 3 })), { code: 3, message: "refused" });
});

t.test("a rollback that fails says so, and does not hide why it was tried", async (t) => {
  const { run, door } = await fake(t, "one");
  door.undoFails = true;
  await t.rejects(run("bad"), {
    code: 5,
    message: /rollout not complete/,
    details: { lines: ["app.1: it crashed", "and the rollback failed: the engine is away"] },
  });
});

t.test(
  "crowded slots are merged once the change is verified, and where that fails, the change stays",
  async (t) => {
    const { run, door, orchestrator } = await fake(t, "one", 20);
    orchestrator.states = async () => [
      { name: "app", wanted: 1, ready: 2, leaving: 0, settled: true, steadyMs: 0 },
    ];
    orchestrator.mergeSlots = (_settings, parts) =>
      Promise.reject(new Failure(`${parts.join()} cannot be merged`));
    await t.rejects(run("two"), { code: 1, message: "app cannot be merged" });
    t.equal(door.version, "two");
  },
);

t.test("slots that are crowded after a rollback are merged before it counts as one", async (t) => {
  const { run, orchestrator } = await fake(t, "one", 20);
  let merged: string[] = [];
  orchestrator.states = async () => [
    {
      name: "app",
      wanted: 1,
      ready: merged.length > 0 ? 1 : 2,
      leaving: 0,
      settled: merged.length > 0,
      steadyMs: 0,
    },
  ];
  orchestrator.mergeSlots = async (_settings, parts) => {
    merged = parts;
    return {};
  };
  await t.rejects(run("bad", new Failure("it crashed")), {
    code: 4,
    details: { serving: "one (rolled back)" },
  });
  t.same(merged, ["app"]);
});

t.test("half a first deployment is removed; a whole one that fails stays for a look at it", async (t) => {
  const half = await fake(t, "");
  await t.rejects(half.run("one", new Failure("no space")), {
    code: 1,
    details: { serving: /removed again/ },
  });
  t.ok(half.door.removed);
  const whole = await fake(t, "");
  await t.rejects(whole.run("bad"), { code: 5 });
  t.notOk(whole.door.removed);
});
