import { spawn } from "node:child_process";
import { once } from "node:events";
import t from "tap";
import { holdLock } from "./lock.ts";

t.test("a second run is refused with who holds the lock, until the first lets go", async (t) => {
  const lock = await holdLock("test-a", "scale");
  const refused = { code: 6, message: new RegExp(`make scale, process ${process.pid}, since \\d\\d:`) };
  await t.rejects(holdLock("test-a", "teardown"), refused);
  await using other = await holdLock("test-b", "teardown");
  t.ok(other, "another deployment has another lock");
  await lock[Symbol.asyncDispose]();
  await using again = await holdLock("test-a", "teardown");
  t.ok(again);
});

t.test("a killed process leaves no lock", async (t) => {
  const code = `import { holdLock } from ${JSON.stringify(new URL("./lock.ts", import.meta.url).href)};
    await holdLock("test-c", "scale"); console.log("held"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code]);
  await once(child.stdout, "data");
  await t.rejects(holdLock("test-c", "scale"), { code: 6 });
  child.kill("SIGKILL");
  await once(child, "exit");
  await using lock = await holdLock("test-c", "scale");
  t.ok(lock);
});

t.test("what a holder starts may work under its lock, and nothing else may", async (t) => {
  const code = `import { requireParentsLock } from ${JSON.stringify(new URL("./lock.ts", import.meta.url).href)};
    await requireParentsLock("test-d").catch((error) => (process.exitCode = error.code));`;
  const args = ["--input-type=module", "--eval", code];
  const startedHere = async () => (await once(spawn(process.execPath, args), "exit"))[0];
  t.equal(await startedHere(), 6, "nobody holds it");
  await using lock = await holdLock("test-d", "prove");
  t.ok(lock);
  t.equal(await startedHere(), 0);
  const between = `require("node:child_process").spawn(process.execPath, ${JSON.stringify(args)})
    .on("exit", (code) => (process.exitCode = code));`;
  t.same(await once(spawn(process.execPath, ["--eval", between]), "exit"), [6, null], "another's child");
});
