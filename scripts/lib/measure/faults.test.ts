// Against processes in a numbering of their own, as a container's are.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import t, { type Test } from "tap";
import { $ } from "zx/core";
import { asRoot } from "../run/shell.ts";
import { until } from "../run/wait.ts";
import { whyNoMachine } from "../testing/machine.ts";
import { cutOff, freeze, kill } from "./faults.ts";

const skip = (await whyNoMachine()) ?? false;

/** Two processes, the first of which has the other; their numbers as this machine counts. */
async function container(t: Test): Promise<number[]> {
  const inside = ["sh", "-c", "sleep 600 & exec sleep 601"];
  const [program = "", ...args] = [
    ...asRoot,
    "unshare",
    "--pid",
    "--net",
    "--fork",
    "--kill-child",
    ...inside,
  ];
  const child = spawn(program, args, { stdio: "ignore" });
  t.teardown(() => child.kill("SIGKILL"));
  return until({ what: "no such processes", deadline: 10 }, async () => {
    const { stdout } = await $({ nothrow: true })`ps -e -o pid=,ppid=,args=`;
    const rows = stdout.split("\n").map((line) => line.trim().split(/ +/));
    const first = rows.find(([, , name, time]) => name === "sleep" && time === "601");
    const second = rows.find(([, parent]) => parent === first?.[0]);
    const mine = first && isBelow(first[0]!, String(child.pid), rows);
    return mine && second && [Number(first[0]), Number(second[0])];
  });
}

function isBelow(pid: string, top: string, rows: string[][]): boolean {
  const parent = rows.find(([one]) => one === pid)?.[1];
  return parent !== undefined && (parent === top || isBelow(parent, top, rows));
}

function state(pid: number): string {
  try {
    return /\) (.)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))![1]!;
  } catch {
    return "gone";
  }
}

const forASecond =
  (strike: typeof freeze) =>
  (one: { name: string; pid: number }): ReturnType<typeof freeze> =>
    strike(one, 1);

t.test("kill: the first process takes the others along", { skip }, async (t) => {
  const pids = await container(t);
  const fault = await kill({ name: "one", pid: pids[0]! });
  t.match(fault, { container: "one" });
  t.ok(fault.done >= fault.at && fault.done - fault.at < 1000);
  await until({ what: "the other one lives", deadline: 5 }, async () =>
    pids.every((pid) => /gone|Z/.test(state(pid))),
  );
});

t.test("freeze: all stand still, and all go on", { skip }, async (t) => {
  const pids = await container(t);
  const frozen = freeze({ name: "one", pid: pids[0]! }, 1);
  await until({ what: "they do not stand still", deadline: 1 }, async () =>
    pids.every((pid) => state(pid) === "T"),
  );
  const { done, thawed } = await frozen;
  t.ok(thawed! - done >= 990 && thawed! - done < 1500, `${thawed! - done} ms`);
  await until({ what: "they do not go on", deadline: 5 }, async () =>
    pids.every((pid) => state(pid) === "S"),
  );
});

t.test("cut off: nothing comes in or goes out, and then it does again", { skip }, async (t) => {
  const [pid = 0] = await container(t);
  const rules = async () =>
    (await $`${asRoot} nsenter --target=${pid} --net iptables -S`).stdout.match(/-j DROP/g) ?? [];
  const cut = cutOff({ name: "one", pid }, 1);
  await until({ what: "it is not cut off", deadline: 1 }, async () => (await rules()).length === 2);
  const { done, thawed } = await cut;
  t.ok(thawed! - done >= 990, `${thawed! - done} ms`);
  t.same(await rules(), []);
  const none = cutOff({ name: "gone", pid: 2 ** 22 + 1 }, 1);
  await t.rejects(none, "what is not there cannot be cut off");
});

t.test("what is in no container is left alone", { skip }, async (t) => {
  for (const pid of [process.pid, 1, 0])
    for (const strike of [kill, ...[freeze, cutOff].map(forASecond)])
      await t.rejects(strike({ name: "host", pid }), String(pid));
  t.not(state(process.pid), "T");
});
