// Archives as `docker save` writes them: layers in an archive, each an archive itself, compressed or not.

import t, { type Test } from "tap";
import { $ } from "zx/core";
import { linesWith } from "./images.ts";

const SECRET = "correct horse battery";
const soon = () => performance.now() + 20_000;

/** An image of one layer with one file. */
async function archive(t: Test, text: string, compressed: boolean): Promise<string> {
  const dir = t.testdir({ "file.txt": `a line\n${text}\n` });
  const layer = compressed ? "--gzip" : "--no-auto-compress";
  await $`tar --create ${layer} --directory ${dir} --file ${dir}/layer.tar file.txt`;
  await $`tar --create --directory ${dir} --file ${dir}/image.tar layer.tar`;
  return `${dir}/image.tar`;
}

t.test(
  "a password in a layer is found, compressed or not, as it is or as Kubernetes writes it",
  async (t) => {
    for (const compressed of [true, false]) {
      const search = async (text: string) =>
        linesWith([SECRET], ["cat", await archive(t, text, compressed)], soon());
      t.equal(await search(`password=${SECRET}`), 1);
      t.equal(await search(Buffer.from(SECRET).toString("base64")), 1);
      t.equal(await search("nothing to see"), 0);
    }
  },
);

t.test("what cannot be read, or not in time, is not taken for clean", async (t) => {
  t.equal(await linesWith([SECRET], ["false"], soon()), undefined);
  t.equal(await linesWith([SECRET], ["echo", "no archive"], soon()), undefined);
  t.equal(await linesWith([SECRET], ["sleep", "60"], performance.now() + 1000), undefined);
});
