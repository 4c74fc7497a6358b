import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import t, { type Test } from "tap";
import { $ } from "zx/core";
import { EXIT } from "../../run/failure.ts";
import { NotReachable } from "../../run/download.ts";
import { chooseGenerator } from "./choose-generator.ts";
import { findK6 } from "./k6.ts";

const silent = () => {};
/** Nothing listens there. */
const pinned = { version: "v2.2.0", releases: "http://127.0.0.1:9" };
const arch = process.arch === "arm64" ? "arm64" : "amd64";
const archive = `k6-v2.2.0-linux-${arch}.tar.gz`;

/** A program that says it is this k6. */
function fakeK6(dir: string, version: string): string {
  mkdirSync(dir, { recursive: true });
  writeFileSync(`${dir}/k6`, `#!/bin/sh\necho "k6 ${version} (commit/0, go1.26, linux/${arch})"\n`);
  chmodSync(`${dir}/k6`, 0o755);
  return `${dir}/k6`;
}

/** The files of a release, with a program of that version in them. */
async function release(dir: string, version = "v2.2.0"): Promise<void> {
  const inside = `k6-v2.2.0-linux-${arch}`;
  fakeK6(`${dir}/${inside}`, version);
  await $`tar --create --gzip --file=${dir}/${archive} --directory=${dir} ${inside}`;
  const sum = createHash("sha256")
    .update(readFileSync(`${dir}/${archive}`))
    .digest("hex");
  writeFileSync(`${dir}/k6-v2.2.0-checksums.txt`, `${sum}  ${archive}\n`);
}

/** Only these folders, and what tar needs, are on the PATH while the test takes. */
function onPath(t: Test, dir: string): void {
  const before = process.env["PATH"];
  process.env["PATH"] = `${dir}:/usr/bin:/bin`;
  t.teardown(() => void (process.env["PATH"] = before));
}

t.test("K6= is taken if it is k6 2.x, and refused otherwise", async (t) => {
  const dir = t.testdir({ text: "no program" });
  const right = fakeK6(`${dir}/right`, "v2.9.1");
  t.match(await findK6(pinned, { k6: right }, silent), { name: "k6", version: "2.9.1", program: right });
  const refused = { code: EXIT.refused };
  await t.rejects(findK6(pinned, { k6: fakeK6(`${dir}/old`, "v1.4.0") }, silent), {
    message: /k6 1\.4\.0, and this needs 2\.x/,
    ...refused,
  });
  await t.rejects(findK6(pinned, { k6: `${dir}/text` }, silent), { message: /no k6 that runs/, ...refused });
});

t.test("a k6 on the PATH is taken if it is 2.x; else the release in the cache", async (t) => {
  const dir = t.testdir({ cache: {} });
  onPath(t, `${dir}/bin`);
  const there = fakeK6(`${dir}/bin`, "v2.0.0");
  t.match(await findK6(pinned, {}, silent, `${dir}/cache`), { program: there });
  fakeK6(`${dir}/bin`, "v0.57.0");
  await release(`${dir}/cache`);
  t.match(await findK6(pinned, {}, silent, `${dir}/cache`), {
    program: `${dir}/cache/k6-v2.2.0`,
    version: "2.2.0",
  });
});

t.test("K6_ARTIFACTS= has to have the files, right by their sums and of the pinned version", async (t) => {
  const dir = t.testdir({ files: {}, other: {}, empty: {} });
  const find = (name: string) =>
    findK6(pinned, { k6Artifacts: `${dir}/${name}` }, silent, `${dir}/cache-${name}`);
  const refused = { code: EXIT.refused };
  await t.rejects(find("empty"), {
    message: /lacks files of k6 v2\.2\.0/,
    details: { lines: [archive, /checksums/] },
  });
  await release(`${dir}/files`);
  t.match(await find("files"), { program: `${dir}/cache-files/k6-v2.2.0` });
  await release(`${dir}/other`, "v2.1.0");
  await t.rejects(find("other"), { message: /has k6 2\.1\.0/, ...refused });
  writeFileSync(`${dir}/files/${archive}`, "half");
  await t.rejects(find("files"), { message: /is not what .* says/, ...refused });
  await t.rejects(
    findK6(pinned, { k6Artifacts: `${dir}/files` }, silent, `${dir}/new`),
    { message: /is not what .* says/, ...refused },
    "also when it is there for the first time",
  );
  t.notOk(existsSync(`${dir}/new/k6-v2.2.0`), "nothing was unpacked");
});

t.test("where none is to be had: which files, and the built-in one unless k6 was asked for", async (t) => {
  const dir = t.testdir({});
  onPath(t, dir);
  const find: typeof findK6 = (k6, options, report) => findK6(k6, options, report, `${dir}/cache`);
  const load = { k6: pinned, p95: 1, max: { p99: 1, raise: 2 } };
  const { generator, missing } = await chooseGenerator(load, {}, silent, find);
  t.equal(generator.name, "builtin");
  t.match(missing, [
    /cannot be downloaded/,
    new RegExp(`${archive}  from ${pinned.releases}/v2.2.0/`),
    /checksums/,
  ]);
  const asked = await chooseGenerator(load, { generator: "k6" }, silent, find).catch(
    (error: unknown) => error,
  );
  t.ok(asked instanceof NotReachable);
  t.match(asked, { code: EXIT.refused, details: { lines: [/from/, /from/], hint: /K6_ARTIFACTS/ } });
  t.match(await chooseGenerator(load, { generator: "builtin" }, silent, find), { missing: [] });
});

t.test("a k6 that is not right is no reason to take another generator in silence", async (t) => {
  const dir = t.testdir({ [archive]: "half", "k6-v2.2.0-checksums.txt": `${"0".repeat(64)}  ${archive}\n` });
  onPath(t, `${dir}/nothing`);
  const load = { k6: pinned, p95: 1, max: { p99: 1, raise: 2 } };
  await t.rejects(chooseGenerator(load, { k6Artifacts: dir }, silent), { code: EXIT.refused });
});
