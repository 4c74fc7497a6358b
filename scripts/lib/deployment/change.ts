import { isDeepStrictEqual } from "node:util";
import type { Change, Snapshot } from "./orchestrator.ts";

/** What became different between two snapshots. */
export function difference(before: Snapshot, after: Snapshot): Change {
  const names = [...new Set([...Object.keys(before.parts), ...Object.keys(after.parts)])];
  const differs = (name: string, what: "definition" | "template") =>
    !isDeepStrictEqual(before.parts[name]?.[what], after.parts[name]?.[what]);
  const changed = names.filter((name) => differs(name, "definition"));
  const there = changed.filter((name) => after.parts[name]);
  return {
    changed: changed.length > 0,
    replaced: there.filter((name) => differs(name, "template")),
    undoable: there.filter((name) => before.parts[name]),
    created: there.filter((name) => !before.parts[name]),
    before,
  };
}
