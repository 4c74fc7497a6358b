import t from "tap";
import { Failure } from "../../run/failure.ts";
import type { Progress } from "../../run/progress.ts";
import { readSettings } from "../../run/settings.ts";
import type { RedisMode } from "../../run/values.ts";
import type { Deployed, Orchestrator } from "../orchestrator.ts";
import { MODES } from "../redis-modes.ts";
import { changeMode, takeOne, takeTogether } from "./change.ts";

const settings = { ...readSettings({}), deadlines: { ...readSettings({}).deadlines, converge: 1 } };
const silent: Progress = { step: (_name, action) => action(() => {}), extend: () => {}, done: () => {} };
const base = { node: "n:1", redis: "r:1", proxy: "p:1" };

/** Redis in memory: each part counts, and refuses to when it shall. */
class Part {
  counts: number[];
  stopped = false;
  constructor(counts: number[]) {
    this.counts = counts;
  }
  answer([first = "", ...words]: readonly string[]): string[] {
    if (first === "config") {
      const [verb, name, to] = words;
      if (verb === "get") return this.counts.map(() => `${name}\n${this.stopped ? 100 : 0}`);
      this.stopped = to === "100";
      return this.counts.map(() => "OK");
    }
    const [command, , value] = words;
    if (command === "get") return this.counts.map(String);
    if (this.stopped) return [];
    this.counts = this.counts.map((count) => (command === "set" ? Number(value) : count + Number(value)));
    return this.counts.map(() => "OK");
  }
}

const neverCalled = () => Promise.reject(new Error("never called"));

/** A deployment whose Redis are in memory, with one mode running. */
function deployment(from: RedisMode, ...counts: number[]) {
  const parts = new Map([[MODES[from].servers[0]!, new Part(counts)]]);
  const orchestrator = {
    startRedis: async (_settings: object, mode: RedisMode) => {
      const { servers, instances } = MODES[mode];
      const fresh = new Part(Array.from({ length: instances }, () => 7));
      parts.set(servers[0]!, parts.get(servers[0]!) ?? fresh);
    },
    removeRedis: async (_settings: object, mode: RedisMode) => void parts.delete(MODES[mode].servers[0]!),
    askRedis: async (_settings: object, part: string, command: readonly string[]) =>
      parts.get(part)?.answer(command) ?? [],
  } as unknown as Orchestrator;
  const before = { version: "one", redis: from } as Deployed;
  const part = (mode: RedisMode) => parts.get(MODES[mode].servers[0]!);
  const change = (
    to: RedisMode,
    release: (undo: () => Promise<void>) => Promise<Deployed>,
    take = takeOne(1),
  ) => changeMode({ orchestrator, settings, steps: silent, base, version: "two", before, to, take }, release);
  return { parts, part, change };
}

t.test("the count goes along, nothing counts on meanwhile, and the old one goes", async (t) => {
  const { part, change } = deployment("single", 42);
  await change("independent", async () => {
    t.ok(part("single")!.stopped, "no writes any more");
    t.same(part("independent")!.counts, [42, 42, 42]);
    return { version: "two" } as Deployed;
  });
  t.equal(part("single"), undefined);
});

t.test(
  "a Redis that is there already, stopped by a change that was killed, takes writes again",
  async (t) => {
    const { parts, part, change } = deployment("single", 42);
    const left = new Part([1, 2, 3]);
    left.stopped = true;
    parts.set(MODES.independent.servers[0]!, left);
    await change("independent", async () => ({ version: "two" }) as Deployed);
    t.same(part("independent"), { counts: [42, 42, 42], stopped: false });
  },
);

t.test("of several counts it takes the one that was named", async (t) => {
  const { part, change } = deployment("independent", 5, 6, 7);
  await change("single", async () => ({ version: "two" }) as Deployed, takeOne(2));
  t.same(part("single")!.counts, [6]);
});

t.test("or what all have counted since they were the same, late ones included", async (t) => {
  const { part, change } = deployment("independent", 5, 6, 7);
  const { count } = await change(
    "single",
    async () => {
      part("independent")!.counts = [5, 8, 7];
      return { version: "two" } as Deployed;
    },
    takeTogether(5),
  );
  t.same(part("single")!.counts, [10]);
  t.equal(count, 10);
  t.equal(takeTogether(9)([0, 9, 8]), 0, "decremented in two of them: never below zero");
});

t.test("what the old one counted all the same is added", async (t) => {
  const { part, change } = deployment("single", 42);
  await change("independent", async () => {
    part("single")!.counts = [44];
    part("independent")!.counts = [50, 43, 42];
    return { version: "two" } as Deployed;
  });
  t.same(part("independent")!.counts, [52, 45, 44]);
});

t.test("a release that fails: the old one counts on, with what the new one has counted", async (t) => {
  const { part, change } = deployment("single", 42);
  const release = async (beforeUndo: () => Promise<void>) => {
    part("independent")!.counts = [43, 44, 42];
    await beforeUndo();
    t.notOk(part("single")!.stopped, "it takes writes before replicas that need it come back");
    throw new Failure("not complete", { code: 4, lines: ["why"] });
  };
  await t.rejects(change("independent", release), {
    code: 4,
    message: "not complete",
    details: {
      serving: "one with Redis single",
      lines: ["why", "Redis independent had counted 3 meanwhile, which Redis single has now"],
    },
  });
  t.same(part("single")!.counts, [45]);
  t.equal(part("independent"), undefined);
});

t.test("a new Redis that does not come up is removed, and nothing has changed", async (t) => {
  const { part, change } = deployment("single", 42);
  await t.rejects(change("cluster", neverCalled), {
    code: 4,
    message: /Redis is not whole after 1s \(node-/,
  });
  t.same(part("single"), { counts: [42], stopped: false });
  t.equal(part("cluster"), undefined);
});

t.test("going back that fails says so, and does not hide why it was tried", async (t) => {
  const { part, change } = deployment("single", 42);
  const release = async () => {
    part("single")!.answer = () => [];
    throw new Failure("not complete");
  };
  await t.rejects(change("independent", release), {
    code: 1,
    message: "not complete",
    details: { lines: [/^and going back failed: .* \(redis of Redis single does not answer\)/] },
  });
});
