import t from "tap";
import { $, ProcessOutput } from "zx/core";
import { explain, readerLeft, setUpShell } from "./shell.ts";

// As where cron, or nobody, has started it.
process.env["SHLVL"] = "0";
setUpShell();
const run = $({ nothrow: true });
const said = async (words: string) => explain(await run`echo ${words} >&2; exit 1`);

t.test("a failure names the command that it is of, whatever failed after it", async (t) => {
  const output = await run`sleep 0.05; echo first >&2; exit 7`;
  await Promise.all([run`exit 7`, run`false`]);
  t.ok(output instanceof ProcessOutput);
  const failure = explain(output);
  t.equal(failure.details.command, "sleep 0.05; echo first >&2; exit 7");
  t.same(failure.details.lines, ["first"]);
});

t.test("what is known of a command's words becomes a message and a hint", async (t) => {
  t.match(await said("write /x: no space left on device"), {
    message: "the disk is full",
    details: { hint: /df -h/ },
  });
  t.match(await said("Error response from daemon: This node is not a swarm manager. Use docker swarm init"), {
    message: "this host is not a Swarm manager",
    details: { hint: "make provision" },
  });
  t.match(await said('error: error loading config file "/etc/rancher/k3s/k3s.yaml": yaml: line 3'), {
    message: "the kubeconfig of k3s cannot be read",
    details: { hint: /restart k3s/ },
  });
  t.match(await said("bash: line 1: sudo: command not found"), {
    message: /needs root, and there is no sudo/,
  });
  // A warning about a file of Docker's own is no word on k3s.
  const warning = "WARNING: Error loading config file: open /root/.docker/config.json: permission denied";
  t.match(await said(`${warning}\nError: no such object: x`), { message: /^a command failed/ });
  for (const words of [
    "Error response from daemon: Error processing tar file(exit status 1): unexpected EOF",
    "ctr: unexpected EOF",
  ])
    t.match(await said(words), { message: "the archive of an image is damaged" }, words);
});

t.test(
  "a reader that has enough is told from a failure, of a program and of a function of the shell",
  async (t) => {
    t.equal(readerLeft(await run`kill -PIPE $$`), true, "by the signal");
    t.equal(readerLeft(await run`forever() { yes; }; forever | head -1`), true, "by the number");
    t.equal(readerLeft(await run`exit 1`), false);
    t.equal(readerLeft(new Error("SIGPIPE")), false);
  },
);

t.test("no command reads ~/.bashrc", async (t) => {
  const home = t.testdir({ ".bashrc": "echo from .bashrc" });
  const { stdout } = await run({ env: { ...process.env, HOME: home } })`true`;
  t.equal(stdout, "");
});
