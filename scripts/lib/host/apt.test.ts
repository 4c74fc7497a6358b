// The lock of another apt is waited for: apt's folders are the test's own, and so is the lock.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import t from "tap";
import { $ } from "zx/core";
import { pause } from "../run/wait.ts";
import { aptInstall } from "./apt.ts";

// As apt locks; Node has no call for it.
const HOLD = `use Fcntl; $| = 1; open(my $file, ">", $ARGV[0]) or die; my $whole = pack("s s x4 q q l x4", F_WRLCK);
  fcntl($file, F_SETLK, $whole) or die; print "held"; sleep 60`;
const lacks = (command: string) => spawnSync(command, ["--version"]).status !== 0;
const skip =
  process.getuid?.() !== 0
    ? "needs root"
    : ["apt-get", "perl"]
        .filter(lacks)
        .map((name) => `needs ${name}`)
        .join();

$.quiet = true;

t.test("another apt is waited for", { skip }, async (t) => {
  const directory = t.testdir({ state: { lists: { partial: {} } } });
  const folders = { "Dir::State": `${directory}/state`, "Dir::Etc": directory, "Dir::Cache": directory };
  const lines = Object.entries(folders).map(([name, folder]) => `${name} "${folder}";\n`);
  writeFileSync(`${directory}/apt.conf`, lines.join(""));
  process.env["APT_CONFIG"] = `${directory}/apt.conf`;
  const other = spawn("perl", ["-e", HOLD, `${directory}/state/lists/lock`]);
  t.teardown(() => other.kill());
  await once(other.stdout, "data");
  let done = false;
  const install = aptInstall([]).then(() => (done = true));
  await pause(1500);
  t.equal(done, false, "while it has the lock");
  other.kill();
  await install;
});
