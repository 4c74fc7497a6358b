import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import t from "tap";
import { appVersion } from "./app.ts";
import { readSettings } from "../run/settings.ts";
import { ROOT } from "../run/paths.ts";

const base = { node: "node:1", redis: "redis:1", proxy: "haproxy:1" };

t.test("the version is a hash of what goes into the image, and of nothing else", async (t) => {
  const copy = `${mkdtempSync(`${tmpdir()}/counter-deploy-`)}/`;
  t.teardown(() => rmSync(copy, { recursive: true }));
  for (const part of [
    "service",
    "Dockerfile",
    ".dockerignore",
    ".npmrc",
    "package.json",
    "package-lock.json",
  ]) {
    cpSync(`${ROOT}${part}`, `${copy}${part}`, { recursive: true });
  }
  const version = await appVersion(base, copy);
  t.match(version, /^[0-9a-f]{12}$/);
  t.equal(
    await appVersion({ ...base, redis: "redis:2", proxy: "haproxy:2" }, copy),
    version,
    "Redis is not in it",
  );
  t.not(await appVersion({ ...base, node: "node:2" }, copy), version, "Node is in it");

  for (const file of ["service/app.test.ts", "service/testing/redis.ts"])
    appendFileSync(`${copy}${file}`, "\n");
  t.equal(await appVersion(base, copy), version, "tests are not in it");
  appendFileSync(`${copy}service/LICENSE`, "");
  t.not(await appVersion(base, copy), version, "a file without a dot in its name is in it");
  let last = await appVersion(base, copy);
  for (const file of ["service/app.ts", "service/page/page.css", "Dockerfile", "package-lock.json"]) {
    appendFileSync(`${copy}${file}`, "\n");
    const next = await appVersion(base, copy);
    t.not(next, last, `${file} is in it`);
    last = next;
  }
});

t.test("the Dockerfile by itself starts from the image that the settings pin", async (t) => {
  const [, pinned] = /^ARG NODE_IMAGE=(.*)$/m.exec(readFileSync(`${ROOT}Dockerfile`, "utf8")) ?? [];
  t.equal(pinned, readSettings({}).images.node);
  const lock = JSON.parse(readFileSync(`${ROOT}package-lock.json`, "utf8")).packages;
  for (const arch of ["x64", "arm64"]) {
    t.match(
      pinned,
      `node:${lock[`node_modules/node-linux-${arch}`].version}-`,
      "and that is package-lock.json's Node",
    );
  }
});
