import { spawn } from "node:child_process";
import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import t from "tap";
import { parseThrottling, statFile, throttledShare, throttlingOf } from "./throttling.ts";
import { until } from "../run/wait.ts";

const V1 =
  "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n34 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct";
const V2 = "31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate";
const NESTED = "31 23 0:28 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw";

t.test("the file of a group, of both versions, and seen from inside a container", async (t) => {
  const first = "4:memory:/docker/x\n3:cpu,cpuacct:/docker/abc\n0::/";
  t.equal(statFile(first, V1), "/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.stat");
  t.equal(
    statFile("0::/system.slice/docker-abc.scope", V2),
    "/sys/fs/cgroup/system.slice/docker-abc.scope/cpu.stat",
  );
  t.equal(statFile("0::/docker/abc/inner", NESTED), "/sys/fs/cgroup/inner/cpu.stat");
  t.equal(statFile("0::/", V2), "/sys/fs/cgroup/cpu.stat");
  t.equal(statFile("0::/x", V1), undefined, "version 2 is not mounted");
  t.equal(statFile("", V2), undefined);
});

t.test("a group's periods, of both versions, and none where there is no limit", async (t) => {
  t.same(parseThrottling("nr_periods 40\nnr_throttled 10\nthrottled_time 5\n"), {
    periods: 40,
    throttled: 10,
  });
  t.same(parseThrottling("usage_usec 9\nnr_periods 4\nnr_throttled 1\nthrottled_usec 7"), {
    periods: 4,
    throttled: 1,
  });
  t.same(parseThrottling("usage_usec 9"), { periods: 0, throttled: 0 });
  const before = new Map([["a", { periods: 10, throttled: 2 }]]);
  const after = new Map([
    ["a", { periods: 30, throttled: 7 }],
    ["b", { periods: 10, throttled: 1 }],
    ["c", { periods: 0, throttled: 0 }],
  ]);
  t.equal(throttledShare(before, after), 0.25, "of the one that was held back most");
  t.equal(throttledShare(after, after), 0);
});

/** A group of its own with a tenth of a core; undefined where this user may make none. */
function limitedGroup(): { file: string; drop: () => void } | undefined {
  const name = `counter-test-${process.pid}`;
  for (const [folder, file, text] of [
    [`/sys/fs/cgroup/cpu/${name}`, "cpu.cfs_quota_us", "10000"],
    [`/sys/fs/cgroup/${name}`, "cpu.max", "10000 100000"],
  ] as const) {
    try {
      mkdirSync(folder);
    } catch {
      continue;
    }
    const drop = () => rmdirSync(folder);
    try {
      writeFileSync(`${folder}/${file}`, text);
      return { file: `${folder}/cgroup.procs`, drop };
    } catch {
      drop();
    }
  }
  return undefined;
}

const group = limitedGroup();
const skip = group ? false : "may make no control group here";
t.test("a process that may use a tenth of a core and wants more is seen held back", { skip }, async (t) => {
  const busy = spawn(process.execPath, ["--eval", "for (;;);"]);
  const ended = new Promise((resolve) => busy.once("exit", resolve));
  writeFileSync(group!.file, String(busy.pid));
  const of = () => throttlingOf([String(busy.pid)]);
  const before = of();
  await until({ what: "it is not held back", deadline: 10 }, async () => throttledShare(before, of()) > 0.5);
  busy.kill("SIGKILL");
  await ended;
  await until({ what: "the group stays", deadline: 10 }, async () => {
    try {
      group!.drop();
      return true;
    } catch {
      return false;
    }
  });
  t.equal(before.size, 1);
});
