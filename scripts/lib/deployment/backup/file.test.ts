import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import t from "tap";
import { $ } from "zx/core";
import { whyNoMachine } from "../../testing/machine.ts";
import { asRoot } from "../../run/shell.ts";
import { isNewer, pruneBackups, readBackup, writeBackup } from "./file.ts";

const dump = Buffer.from("00c1ff000a001122334455667788", "hex");
const facts = {
  name: "counter",
  time: "2026-11-25T01:02:03.456Z",
  count: 255,
  redis: "7.0.15",
  mode: "single",
  version: "0123456789ab",
};
const at = (day: number) => ({ ...facts, time: `2026-11-0${day}T00:00:00.000Z` });

t.test("a backup is two files, for nobody else's eyes, and is read by the name of either", async (t) => {
  const dir = `${t.testdir({})}/new`;
  const path = await writeBackup(dir, facts, dump);
  t.same(readdirSync(dir), [
    "counter-2026-11-25T01-02-03.456Z.dump",
    "counter-2026-11-25T01-02-03.456Z.json",
  ]);
  t.match(await readBackup(path), { manifest: { ...facts, bytes: dump.length }, dump });
  t.match(await readBackup(path.replace(".json", ".dump")), { manifest: facts });
  const modes = await $`stat --format %a ${dir} ${path} ${path.replace(".json", ".dump")}`;
  t.equal(modes.stdout, "700\n600\n600\n");
  await t.rejects(writeBackup(dir, { ...facts, name: "../up" }, dump), "no path leads out of the folder");
});

t.test("what is truncated, altered or no backup at all is refused", async (t) => {
  const dir = t.testdir({});
  const path = await writeBackup(dir, facts, dump);
  const data = path.replace(".json", ".dump");
  const text = readFileSync(path, "utf8");
  const wrong: [string, string, string | Buffer, RegExp][] = [
    ["truncated", data, dump.subarray(0, 9), /has 9 bytes, not 14/],
    ["empty", data, "", /has 0 bytes/],
    ["altered", data, Buffer.from(dump).fill(1, 3, 4), /checksum differs/],
    ["half a manifest", path, text.slice(0, 50), /not JSON/],
    ["another format", path, text.replace("backup 1", "backup 2"), /no manifest/],
    ["a file elsewhere", path, text.replace(/"file": ".*?"/, '"file": "../x"'), /no manifest/],
    ["no count", path, text.replace(/"count": 255/, '"count": -1'), /no manifest/],
  ];
  for (const [what, file, content, message] of wrong) {
    writeFileSync(data, dump);
    writeFileSync(path, text);
    writeFileSync(file, content);
    await t.rejects(readBackup(path), { message, code: 3 }, what);
  }
  await t.rejects(readBackup(`${dir}/none.json`), { message: /ENOENT/, code: 3 });
});

t.test("only the newest stay, and files of others are left alone", async (t) => {
  const dir = t.testdir({ "other.json": "{}", "notes.txt": "" });
  for (const day of [3, 1, 2]) await writeBackup(dir, at(day), dump);
  const others = await writeBackup(dir, { ...at(1), name: "other" }, dump);
  const made = `${dir}/counter-2026-11-03T00-00-00.000Z.json`;
  t.same(await pruneBackups(dir, "counter", 2, made), { removed: 1, future: 0 });
  const left = readdirSync(dir).filter((file) => file.startsWith("counter"));
  t.equal(left.length, 4);
  t.notOk(
    left.some((file) => file.includes("-01T")),
    "the oldest went",
  );
  t.match(await readBackup(others), { manifest: { name: "other" } });
  t.ok(readdirSync(dir).includes("other.json"));
});

t.test("the one that was just made stays, also beside those that are dated in the future", async (t) => {
  const dir = t.testdir({});
  for (const year of [2998, 2999])
    await writeBackup(dir, { ...facts, time: `${year}-01-01T00:00:00.000Z` }, dump);
  const made = await writeBackup(dir, at(1), dump);
  t.same(await pruneBackups(dir, "counter", 2, made), { removed: 1, future: 1 });
  t.match(await readBackup(made), { dump });
});

t.test("what holds anything but the count of its manifest is refused", async (t) => {
  const dir = t.testdir({});
  const list = Buffer.from("120101c30000000a001122334455667788", "hex");
  await t.rejects(writeBackup(dir, facts, list), { message: /holds no count/, code: 3 });
  await t.rejects(writeBackup(dir, { ...facts, count: 9 }, dump), {
    message: "it holds 255, and its manifest says 9",
  });
  t.same(readdirSync(dir), [], "nothing is left");
});

t.test("a newer Redis is one whose first two numbers are higher", async (t) => {
  t.ok(isNewer("7.2.1", "7.0.15"));
  t.ok(isNewer("8.0.0", "7.4.9"));
  t.notOk(isNewer("7.0.15", "7.0.1"));
  t.notOk(isNewer("6.2.14", "7.0.15"));
  t.ok(isNewer("7.10.0", "7.9.0"));
});

const noMount = (await whyNoMachine()) ?? false;
t.test("a full disk: it is said, and nothing is left behind", { skip: noMount }, async (t) => {
  const dir = t.testdir({});
  await $`${asRoot} mount -t tmpfs -o size=8k,mode=1777 tmpfs ${dir}`;
  try {
    const first = await writeBackup(dir, at(1), dump);
    await t.rejects(writeBackup(dir, at(2), dump), { message: "the disk is full", code: 1 });
    t.equal(readdirSync(dir).length, 2, "the one before is whole");
    t.match(await readBackup(first), { dump });
  } finally {
    await $`${asRoot} umount ${dir}`;
  }
});
