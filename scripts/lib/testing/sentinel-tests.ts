import { until } from "../run/wait.ts";
import type { NextTest } from "./list.ts";
import type { RedisScene } from "./redis-scene.ts";

/** What a master with replicas and Sentinels must do and survive. */
export function sentinelTests(scene: () => RedisScene, test: NextTest): void {
  test("sentinel: deployed, shown, and unchanged the second time", async (t) => {
    const first = await scene().deploy({ REDIS: "sentinel", REPLICAS: "2" });
    t.match(first, { exitCode: 0, stderr: /^Done in/m }, first.stderr);
    t.match(await scene().status(), { redis: "sentinel", running: 2 });
    t.equal(((await (await fetch(`${scene().url}/version`)).json()) as { redis: string }).redis, "sentinel");
    t.match(await scene().host.run("smoke"), { exitCode: 0 });
    const again = await scene().deploy();
    t.match(again, { exitCode: 0, stderr: /^Unchanged in/m }, "and the mode of one run stays");
    t.match(await scene().host.run("logs", { SERVICE: "sentinel", TAIL: "5" }), {
      exitCode: 0,
      stdout: /sentinel-3/,
    });
  });

  test("sentinel: with WAIT=1 a write waits for a replica, which stays until it is taken back", async (t) => {
    const on = await scene().deploy({ WAIT: "1" });
    t.match(on, { exitCode: 0, stderr: /^Done in/m }, on.stderr);
    t.match(await scene().status(), { settings: { "min-replicas-to-write": "1", WAIT: "1" } });
    t.match(await scene().deploy(), { exitCode: 0, stderr: /^Unchanged in/m });
    t.match(await scene().changeTo("single"), {
      exitCode: 2,
      stderr: /no replica that a write could wait for/,
    });
    const master = await scene().whole();
    await scene().outage(t, "KILL", master);
    await scene().whole();
    t.match(await scene().deploy({ WAIT: "0" }), { exitCode: 0 });
    t.match(await scene().status(), { settings: { WAIT: "0" } });
  });

  test("sentinel: the master is killed, and then the next one with a Sentinel", async (t) => {
    await scene().outage(t, "KILL", await scene().whole());
    await scene().outage(t, "KILL", await scene().whole(), "sentinel-2");
  });

  test("sentinel: a master that was frozen takes no writes when it goes on", async (t) => {
    const master = await scene().whole();
    await scene().outage(t, "STOP", master);
    t.match(await scene().host.run("status"), { exitCode: 1, stderr: /Redis is not whole: / });
    const start = await scene().count();
    await scene().signal("CONT", master);
    const answers: string[] = [];
    await until({ what: "it is no replica", deadline: 30 }, async () => {
      answers.push((await scene().execute(master, "redis-cli set counter:value 1")).stdout.trim());
      return answers.at(-1)!.startsWith("READONLY");
    });
    t.same(
      answers.filter((answer) => answer === "OK"),
      [],
      `${answers.length} writes`,
    );
    await scene().whole();
    t.equal(await scene().count(), start);
  });

  test("sentinel: all of it stops, and starts again", (t) => scene().restart(t));

  test("sentinel: one that has lost its data is to the others who it was", async () => {
    await scene().execute("sentinel-3", "rm /data/sentinel.conf");
    await scene().signal("KILL", "sentinel-3");
    await scene().whole();
  });

  test("sentinel: a master that has lost its data is no master when it is back", async (t) => {
    const master = await scene().whole();
    await scene().loseData(t, master);
    t.not(await scene().whole(), master);
  });

  test("sentinel: a backup is taken and restored", (t) => scene().backUpAndRestore(t));
}
