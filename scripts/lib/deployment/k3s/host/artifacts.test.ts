import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import t from "tap";
import { EXIT, type Failure } from "../../../run/failure.ts";
import { readSettings } from "../../../run/settings.ts";
import { artifacts, artifactsFolder, lacking } from "./artifacts.ts";

// The kit's own folder is in the user's cache, which is to be an empty one here.
process.env["XDG_CACHE_HOME"] = t.testdir({});
const own = artifactsFolder();

const VERSION = "v1.2.3+k3s4";
const [binary, sums, images, installer, installerSum] = lacking("/nowhere");
const files: Record<string, string> = {
  [binary!]: `an executable of ${VERSION}`,
  [images!]: "an archive",
  [installer!]: "#!/bin/sh",
};
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
files[installerSum!] = `${sha256(files[installer!]!)}  ${installer}\n`;
files[sums!] = [binary!, images!].map((name) => `${sha256(files[name]!)}  ${name}\n`).join("");

/** Where nothing listens. */
const NOWHERE = { releases: "http://127.0.0.1:65534", source: "http://127.0.0.1:65533" };
const nothing = { version: "", ours: false, complete: false };
const silent = () => {};

function settings(version = VERSION, from = NOWHERE) {
  return { ...readSettings({}), k3s: { version, ...from } };
}

t.test("a release that is here already, or a foreign one, needs no files", async (t) => {
  for (const ours of [true, false])
    t.same(await artifacts(settings(), { version: VERSION, ours, complete: true }, undefined, silent), {
      changed: false,
      note: VERSION,
    });
});

t.test("a named folder with the whole release is taken", async (t) => {
  const dir = t.testdir(files);
  t.match(await artifacts(settings(), nothing, dir, silent), { files: { binary: `${dir}/${binary}` } });
});

t.test("a named folder that lacks files is refused, each named with where it is to be had", async (t) => {
  const dir = t.testdir({ [binary!]: "" });
  await t.rejects(artifacts(settings(), nothing, dir, silent), {
    code: EXIT.refused,
    details: {
      lines: [
        ...[sums, images].map((name) => `${dir}/${name}  from ${NOWHERE.releases}/v1.2.3%2Bk3s4/${name}`),
        ...[installer, installerSum].map(
          (name) => `${dir}/${name}  from ${NOWHERE.source}/v1.2.3%2Bk3s4/${name}`,
        ),
      ],
    },
  });
});

t.test("an install.sh without its checksum is refused: it would run as root", async (t) => {
  const { [installerSum!]: _, ...others } = files;
  const dir = t.testdir(others);
  const line = `${dir}/install.sh.sha256sum  from ${NOWHERE.source}/v1.2.3%2Bk3s4/install.sh.sha256sum`;
  await t.rejects(artifacts(settings(), nothing, dir, silent), {
    code: EXIT.refused,
    details: { lines: [line] },
  });
});

for (const name of [binary!, images!, installer!]) {
  t.test(`half of ${name} is refused`, async (t) => {
    const dir = t.testdir({ ...files, [name]: files[name]!.slice(0, 5) });
    await t.rejects(artifacts(settings(), nothing, dir, silent), {
      code: EXIT.refused,
      message: `${dir}/${name} is not what`,
    });
  });
}

t.test("the files of another release are refused", async (t) => {
  const dir = t.testdir(files);
  const message = `${dir}/${binary} is not k3s v9.9.9+k3s1`;
  await t.rejects(artifacts(settings("v9.9.9+k3s1"), nothing, dir, silent), { code: EXIT.refused, message });
});

t.test("without a network: what to put into the kit's own folder; from there it is taken", async (t) => {
  const failure = await artifacts(settings(), nothing, undefined, silent).catch((error: Failure) => error);
  t.match(failure, { code: EXIT.refused, message: /cannot be downloaded: .*ECONNREFUSED/ });
  t.match(failure, {
    details: { lines: lacking("/nowhere").map((name) => `${own}/${name}`) },
  });
  mkdirSync(own, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(`${own}/${name}`, text);
  t.match(await artifacts(settings(), nothing, undefined, silent), { note: `from ${own}` });
});

t.test("files of another version stay where the network does not bring the wanted one", async (t) => {
  await t.rejects(artifacts(settings("v1.2.4+k3s1"), nothing, undefined, silent), { code: EXIT.refused });
  t.same(readdirSync(own).toSorted(), Object.keys(files).toSorted());
});

t.test("another version is brought from the network in the place of the one before", async (t) => {
  const next = { ...files, [binary!]: "an executable of v1.2.4+k3s1" };
  next[sums!] = [binary!, images!].map((name) => `${sha256(next[name]!)}  ${name}\n`).join("");
  const server = createServer(({ url }, response) => response.end(next[url!.split("/").pop()!]));
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.teardown(() => server.close());
  const source = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const from = { releases: source, source };
  const brought = await artifacts(settings("v1.2.4+k3s1", from), nothing, undefined, silent);
  t.equal(brought.note, "from the network");
});
