import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import t, { type Test } from "tap";
import { withoutTap } from "../testing/host.ts";
import { ROOT } from "./paths.ts";

const VERB = `${ROOT}scripts/lib/testing/slow-verb.ts`;

/** Starts a verb that waits, by way of a shell if one is given, and says whether it has put back what it changed. */
async function start(t: Test, shell = "") {
  const file = `${t.testdir({})}/done`;
  const run = spawn("sh", ["-c", `${shell} exec ${VERB} --only=${file}`], { env: withoutTap() });
  t.teardown(() => run.kill("SIGKILL"));
  await once(run.stderr, "data");
  return { run, isBack: () => existsSync(file) };
}

const codeOf = async (run: ChildProcessWithoutNullStreams) => (await once(run, "exit"))[0] as number | null;

t.test("a run whose readers have left is interrupted like another, and puts things back", async (t) => {
  const { run, isBack } = await start(t);
  run.stdout.destroy();
  run.stderr.destroy();
  await sleep(200);
  t.equal(run.exitCode, null, "it goes on");
  run.kill("SIGINT");
  t.equal(await codeOf(run), 1);
  t.ok(isBack());
});

t.test("a terminal that closes sends more than one signal", async (t) => {
  const { run, isBack } = await start(t);
  run.stdout.destroy();
  run.stderr.destroy();
  run.kill("SIGHUP");
  await sleep(100);
  run.kill("SIGHUP");
  run.kill("SIGTERM");
  t.equal(await codeOf(run), 1);
  t.ok(isBack());
});

t.test("a second Ctrl-C ends it at once", async (t) => {
  const { run, isBack } = await start(t);
  run.kill("SIGINT");
  await sleep(100);
  run.kill("SIGINT");
  t.equal(await codeOf(run), null);
  t.notOk(isBack());
});

t.test("a hangup is ignored where whoever started it ignores it", async (t) => {
  const { run, isBack } = await start(t, "trap '' HUP;");
  run.kill("SIGHUP");
  await sleep(200);
  t.equal(run.exitCode, null, "it goes on");
  run.kill("SIGTERM");
  t.equal(await codeOf(run), 1);
  t.ok(isBack());
});
