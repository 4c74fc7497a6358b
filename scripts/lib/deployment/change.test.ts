import t from "tap";
import { difference } from "./change.ts";
import type { Snapshot } from "./orchestrator.ts";

const part = (replicas: number, image: string) => ({ definition: { replicas, image }, template: { image } });
const before: Snapshot = { parts: { app: part(4, "a:1"), redis: part(1, "r:1") }, processes: ["app.1"] };
const after = (parts: Snapshot["parts"]) => difference(before, { parts, processes: ["app.2"] });

t.test("nothing changed", async (t) => {
  t.same(after(structuredClone(before.parts)), {
    changed: false,
    replaced: [],
    undoable: [],
    created: [],
    before,
  });
});

t.test("another image replaces processes, another scale does not", async (t) => {
  t.match(after({ ...before.parts, app: part(4, "a:2") }), { replaced: ["app"], undoable: ["app"] });
  t.match(after({ ...before.parts, app: part(2, "a:1") }), {
    changed: true,
    replaced: [],
    undoable: ["app"],
  });
});

t.test("what is new has processes to wait for, and nothing to go back to", async (t) => {
  const change = after({ ...before.parts, proxy: part(1, "p:1"), door: { definition: { port: 80 } } });
  t.match(change, { replaced: ["proxy"], undoable: [], created: ["proxy", "door"] });
});

t.test("what is gone is a change that has no processes", async (t) => {
  t.match(after({ app: before.parts["app"]! }), { changed: true, replaced: [], undoable: [], created: [] });
});
