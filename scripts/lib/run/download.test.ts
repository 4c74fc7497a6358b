import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import t, { type Test } from "tap";
import { download, NotReachable, verifySum } from "./download.ts";
import { EXIT } from "./failure.ts";

/** A server on a port of its own, for as long as the test takes. */
async function serve(t: Test, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const silent = () => {};

/** What a download fails with. */
const failure = (url: string, file: string) => download(url, file, silent).catch((error: unknown) => error);

t.test("a file is brought once", async (t) => {
  let asked = 0;
  const url = await serve(t, (_request, response) => response.end(`answer ${(asked += 1)}`));
  const file = `${t.testdir({})}/new/k3s`;
  for (let time = 0; time < 2; time += 1) await download(`${url}/k3s`, file, silent);
  t.equal(readFileSync(file, "utf8"), "answer 1");
});

t.test("half a download is none", async (t) => {
  const url = await serve(t, (_request, response) => {
    response.writeHead(200, { "content-length": 1000 });
    response.write("half", () => response.destroy());
  });
  const dir = t.testdir({});
  t.ok((await failure(`${url}/k3s`, `${dir}/k3s`)) instanceof NotReachable);
  t.same(readdirSync(dir), []);
});

t.test("a file that is not there, and a server that is not there, are not reachable", async (t) => {
  const url = await serve(t, (_request, response) => response.writeHead(404).end());
  const file = `${t.testdir({})}/k3s`;
  await t.rejects(download(`${url}/k3s`, file, silent), { message: `${url}/k3s: 404 Not Found` });
  t.ok((await failure("http://127.0.0.1:65534/k3s", file)) instanceof NotReachable);
  t.notOk(existsSync(file));
});

t.test("a file is what the list of sums says, or is refused", async (t) => {
  const sum = createHash("sha256").update("whole").digest("hex");
  const dir = t.testdir({ whole: "whole", half: "wh", sums: `${sum}  whole\n${sum} *half\n` });
  await verifySum(`${dir}/whole`, "whole", `${dir}/sums`);
  const refused = { code: EXIT.refused };
  await t.rejects(verifySum(`${dir}/half`, "half", `${dir}/sums`), {
    message: /half a download/,
    ...refused,
  });
  await t.rejects(verifySum(`${dir}/half`, "other", `${dir}/sums`), {
    message: /no line for other/,
    ...refused,
  });
});

t.test("a refusal comes at once, and leaves no folder", async (t) => {
  const dir = t.testdir({});
  const start = performance.now();
  await t.rejects(download("http://127.0.0.1:65534/k3s", `${dir}/new/k3s`, silent), {
    message: /ECONNREFUSED/,
  });
  t.ok(performance.now() - start < 1000);
  t.same(readdirSync(dir), []);
  const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout");
  t.same(timers, [], "no timer keeps the process");
});
