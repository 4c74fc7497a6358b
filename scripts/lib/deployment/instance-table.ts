import type { Instance } from "./orchestrator.ts";

const HEAD = ["instance", "state", "version", "age", "restarts", "cpu", "memory", "node"];

/** A row for each instance, and below it why it does not run. */
export function instanceTable(instances: Instance[]): string {
  const rows = instances.map(({ name, state, version, since, restarts, usage, node }) => [
    name,
    state,
    version,
    since ? ageOf(since) : "",
    String(restarts),
    usage ? `${Math.round(usage.cpus * 100)}%` : "",
    usage ? `${Math.round(usage.memory / 2 ** 20)} MiB` : "",
    node,
  ]);
  const widths = HEAD.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]!.length)));
  const line = (cells: string[]) =>
    `${cells
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join("  ")
      .trimEnd()}\n`;
  return [
    line(HEAD),
    ...rows.map((row, at) => {
      const { why } = instances[at]!;
      return line(row) + (why ? `  ${why}\n` : "");
    }),
  ].join("");
}

/** How long ago, in the largest unit that fits. */
export function ageOf(since: string): string {
  let value = Math.max(0, Date.now() - Date.parse(since)) / 1000;
  for (const [unit, size] of [
    ["s", 60],
    ["min", 60],
    ["h", 24],
  ] as const) {
    if (value < size) return `${Math.floor(value)} ${unit}`;
    value /= size;
  }
  return `${Math.floor(value)} days`;
}
