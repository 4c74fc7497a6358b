// The scripts of deploy/container/, as a container runs them.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import t, { type Test } from "tap";
import { ROOT } from "../run/paths.ts";
import { until } from "../run/wait.ts";

/** A server under keep-running.sh that prints its number, and whose child does. */
function keepRunning(t: Test, server: string) {
  const program = `${ROOT}deploy/container/keep-running.sh`;
  const run = spawn("sh", [program, "sh", "-c", server], { stdio: ["ignore", "pipe", "pipe"] });
  t.teardown(() => run.kill("SIGKILL"));
  let printed = "";
  run.stdout.on("data", (chunk) => (printed += chunk));
  const lines = () => printed.split("\n").filter(Boolean);
  const line = (number: number) =>
    until({ what: `no line ${number}`, deadline: 10 }, async () => lines()[number - 1]);
  return { run, line, lines, ended: once(run, "close"), errors: text(run.stderr) };
}

const isThere = (pid: string) => {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
};

t.test("a server that is killed runs again, and what it had begun is gone", async (t) => {
  const { run, line, ended, errors } = keepRunning(t, "sleep 60 & echo $! $$; wait");
  const [child = "", server = ""] = (await line(1)).split(" ");
  process.kill(Number(server), "SIGKILL");
  const [, again = ""] = (await line(2)).split(" ");
  t.not(again, server);
  await until({ what: "its child goes on", deadline: 5 }, async () => !isThere(child));
  run.kill("SIGTERM");
  await ended;
  t.match(await errors, /^keep-running: sh ended with exit code 137 after \d s$/m);
});

t.test("a signal is passed on, and the server ends in its own time, with its own code", async (t) => {
  for (const signal of ["SIGTERM", "SIGUSR1"] as const) {
    const name = signal.slice(3);
    const { run, line, lines, ended } = keepRunning(
      t,
      `trap 'sleep 0.3; echo drained; exit 7' ${name}; echo up; while :; do sleep 0.1; done`,
    );
    await line(1);
    run.kill(signal);
    t.same(await ended, [7, null], signal);
    t.same(lines(), ["up", "drained"]);
  }
});

t.test("one that ends again and again is given up", async (t) => {
  const { lines, ended } = keepRunning(t, "echo tried; exit 3");
  t.same(await ended, [3, null]);
  t.equal(lines().length, 5);
});
