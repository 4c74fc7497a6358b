import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import t from "tap";
import { freePort, noRedis, testRedis } from "./testing/redis.ts";

const program = fileURLToPath(new URL("./ask-redis.ts", import.meta.url));

async function ask(env: Record<string, string>, ...words: string[]) {
  const child = spawn(process.execPath, [program, ...words], { env });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, stdout, stderr };
}

t.test("it prints what Redis answers", { skip: noRedis }, async (t) => {
  const { url } = await testRedis(t);
  t.match(await ask({ REDIS_URL: url }, "get", "counter:value"), { code: 0, stdout: "\n" });
  t.match(await ask({ REDIS_URL: url }, "set", "counter:value", "5"), { code: 0, stdout: "OK\n" });
  t.match(await ask({ REDIS_URL: url }, "incrby", "counter:value", "2"), { code: 0, stdout: "7\n" });
  t.match(await ask({ REDIS_URL: url }, "wait", "1", "300"), { code: 0, stdout: "0\n" });
  t.match(await ask({ REDIS_URL: url }, "role"), { code: 0, stdout: "master\n0\n\n" });
  t.match(await ask({ REDIS_URL: url }, "config", "get", "appendfsync"), {
    code: 0,
    stdout: "appendfsync\nalways\n",
  });
  t.match(await ask({ REDIS_URL: url }, "info", "server"), { code: 0, stdout: /redis_version:/ });
});

t.test("why it could not is in one line, without a secret", { skip: noRedis }, async (t) => {
  const { url } = await testRedis(t, { settings: "requirepass right", password: "right" });
  const { host } = new URL(url);
  t.match(await ask({ REDIS_URL: `redis://:right@${host}` }, "get"), {
    code: 1,
    stderr: /wrong number of arguments/,
  });
  const nobody = `redis://127.0.0.1:${await freePort()}`;
  t.match(await ask({ REDIS_URL: nobody }), { code: 1, stderr: /ECONNREFUSED/ });
  const file = `${t.testdir()}/password`;
  await writeFile(file, "s3cret");
  const wrong = await ask({ REDIS_URL: `redis://${host}`, REDIS_PASSWORD_FILE: file });
  t.match(wrong, { code: 1, stderr: /WRONGPASS/ });
  t.notMatch(wrong.stderr, /s3cret/);
  const plain = await ask({ REDIS_URL: `rediss://${host}` });
  t.match(plain, { code: 1 });
  t.not(plain.stderr.trim(), "", plain.stderr);
  t.match(await ask({ REDIS_URL: "http://x" }), { code: 2, stderr: /REDIS_URL must be/ });
});
