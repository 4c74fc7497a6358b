import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import t from "tap";
import { readSettings } from "../../run/settings.ts";
import { wrongEnd } from "./cut.ts";

t.test("what answers Ctrl-C takes back what it did, and nothing answers kill -9", async (t) => {
  const end = { code: null, signal: null, stderr: "" };
  t.equal(wrongEnd("SIGINT", { ...end, code: 4 }), undefined);
  t.match(
    wrongEnd("SIGINT", { ...end, code: 1, stderr: "no\n" }),
    /SIGINT did not end it .*exit code 1, no$/,
  );
  t.match(wrongEnd("SIGINT", { ...end, signal: "SIGINT" }), /ended by SIGINT$/);
  t.equal(wrongEnd("SIGKILL", { ...end, signal: "SIGKILL" }), undefined);
  t.match(wrongEnd("SIGKILL", { ...end, code: 0 }), /exit code 0$/);
});

t.test("the process that is cut works under prove's lock, and not without it", async (t) => {
  const settings = { ...readSettings({}), name: "test-nobody-holds-this" };
  const order = { orchestrator: "swarm", settings, version: "0123456789ab" };
  const child = spawn(process.execPath, [new URL("./cut-process.ts", import.meta.url).pathname], {
    env: { ...process.env, PROVE_CUT: JSON.stringify(order) },
    stdio: ["pipe", "ignore", "pipe"],
  });
  const [[code], stderr] = await Promise.all([once(child, "exit"), text(child.stderr)]);
  t.equal(code, 6, stderr);
  t.match(stderr, /only a run that holds the lock/);
});
