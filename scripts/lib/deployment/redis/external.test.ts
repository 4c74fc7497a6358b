import { writeFile } from "node:fs/promises";
import t from "tap";
import { readSettings } from "../../run/settings.ts";
import { redisEnv } from "./env.ts";
import { checkExternal, externalFiles, judge, markOf, warningOf } from "./external.ts";

const info = (version: string, policy: string, aof: string) =>
  `# Server\r\nredis_version:${version}\r\n# Memory\r\nmaxmemory_policy:${policy}\r\naof_enabled:${aof}\r\n`;

t.test("what is said against a Redis, all of it at once", async (t) => {
  t.same(judge(info("7.0.15", "noeviction", "1")), []);
  t.same(judge(info("6.2.0", "volatile-lru", "1")), [], "a count that never expires is not evicted");
  t.match(judge(info("6.0.16", "allkeys-lru", "0")), [
    /Redis 6\.0\.16, and 6\.2 is needed/,
    /maxmemory-policy allkeys-lru/,
    /appendonly no/,
  ]);
});

t.test("whether what it acknowledges is on its disk", async (t) => {
  t.same(warningOf("appendfsync\nalways"), {});
  t.match(warningOf("appendfsync\neverysec"), { warning: /^with appendfsync everysec, a crash .* may lose/ });
  t.match(warningOf(""), { warning: /which it does not tell/ });
});

t.test("what is missing or wrong in the settings is a usage error, and repeats no password", async (t) => {
  const file = `${t.testdir()}/password`;
  await writeFile(file, "");
  const url = "redis://app:s3cret@redis.example";
  const wrong = readSettings({ redisUrl: url, redisPasswordFile: file, redisCaFile: "/nowhere" });
  try {
    checkExternal(wrong);
    t.fail("it is refused");
  } catch (error) {
    t.match(error, { code: 2, details: { lines: [/belongs into a file/, /is empty/, /ENOENT/] } });
    t.notMatch(JSON.stringify(error), /s3cret/);
  }
  t.throws(() => checkExternal(readSettings({})), { code: 2, details: { lines: [/needs REDIS_URL/] } });
  checkExternal(readSettings({ redisUrl: "redis+cluster://app@one,two" }));
});

t.test("the counter is told of the files that there are, and a file by its contents", async (t) => {
  const dir = t.testdir({ one: "a", two: "b" });
  const [one, two] = [`${dir}/one`, `${dir}/two`];
  const settings = readSettings({ redisUrl: "rediss://r", redisPasswordFile: one, redisCaFile: two });
  const places = { password: "/own", external: (name: string) => `/external/${name}` };
  t.same(redisEnv(settings, "external", places), {
    REDIS_URL: "rediss://r",
    REDIS_PASSWORD_FILE: "/external/password",
    REDIS_SENTINEL_PASSWORD_FILE: "",
    REDIS_CA_FILE: "/external/ca",
    REDIS_CERT_FILE: "",
    REDIS_KEY_FILE: "",
  });
  t.match(redisEnv(settings, "sentinel", places), {
    REDIS_URL: /^redis\+sentinel:/,
    REDIS_PASSWORD_FILE: "/own",
    REDIS_SENTINEL_PASSWORD_FILE: "/own",
  });
  t.match(redisEnv(settings, "single", places), { REDIS_SENTINEL_PASSWORD_FILE: "", REDIS_CA_FILE: "" });
  const marks = externalFiles(settings).map(markOf);
  t.not(marks[0], marks[1]);
  t.match(marks, [/^[0-9a-f]{12}$/, /^[0-9a-f]{12}$/]);
});
