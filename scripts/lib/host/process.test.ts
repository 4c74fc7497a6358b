import { spawn } from "node:child_process";
import { once } from "node:events";
import t from "tap";
import { until } from "../run/wait.ts";
import { lives } from "./process.ts";

t.test("what has ended lives no more, also where nobody has waited for it", async (t) => {
  t.ok(lives(String(process.pid)));
  t.notOk(lives(""), "no number");
  // The shell becomes a program that waits for no child.
  const parent = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"]);
  t.teardown(() => parent.kill());
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const child = line.toString().trim();
  t.ok(lives(child));
  await until({ what: "it lives", deadline: 5 }, async () => !lives(child));
  process.kill(Number(child), 0);
  t.pass("it is there as a zombie");
});
