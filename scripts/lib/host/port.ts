import { $ } from "zx/core";
import { asRoot } from "../run/shell.ts";

/** The process that listens on a TCP port, for a message; undefined if none does. */
export async function listener(port: number): Promise<string | undefined> {
  const { stdout } = await $({ nothrow: true })`${asRoot} ss -Hltnp sport = :${port}`;
  if (!stdout.trim()) return undefined;
  const [, name, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(stdout) ?? [];
  return name ? `${name} (process ${pid})` : "a process of another user";
}

/** The ports among these that a process holds already, each in a line; `who` needs them. */
export async function portsProblems(ports: number[], who: string): Promise<string[]> {
  const holders = await Promise.all(ports.map(listener));
  return holders.flatMap((holder, index) =>
    holder ? [`port ${ports[index]}, which ${who} needs, is held by ${holder}`] : [],
  );
}
