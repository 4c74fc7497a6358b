import { writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import t from "tap";
import { readConfig } from "./config.ts";
import { problemsOf } from "./testing/problems.ts";

t.test("an empty environment gives the defaults, and so do empty variables", async (t) => {
  const defaults = {
    host: "0.0.0.0",
    port: 8000,
    metricsPort: 9090,
    redisUrl: "redis://127.0.0.1:6379",
    redisMode: "single",
    redisWait: 0,
    version: "dev",
    replica: hostname(),
    logLevel: "info",
    drainSeconds: 0,
    shutdownTimeoutSeconds: 10,
  };
  t.strictSame(readConfig({}), defaults);
  t.strictSame(readConfig({ PORT: "", REDIS_URL: "", REDIS_PASSWORD_FILE: "" }), defaults);
});

t.test("every wrong variable is named, in one go", async (t) => {
  const env = {
    HOST: "a host",
    PORT: "80a",
    METRICS_PORT: "65536",
    REDIS_URL: "http://redis",
    REDIS_PASSWORD_FILE: "/nowhere/at/all",
    REDIS_WAIT: "10",
    APP_VERSION: "line\nbreak",
    REPLICA: "ü",
    LOG_LEVEL: "loud",
    DRAIN_SECONDS: "-1",
    SHUTDOWN_TIMEOUT_SECONDS: "1e3",
  };
  const named = problemsOf(env).map((problem) => problem.split(" ", 1)[0]);
  t.strictSame(new Set(named), new Set(Object.keys(env)));
  t.equal(named.length, Object.keys(env).length);
});

t.test("how many replicas are waited for", async (t) => {
  t.equal(readConfig({ REDIS_WAIT: "1" }).redisWait, 1);
  t.match(problemsOf({ REDIS_WAIT: "true" }), ['REDIS_WAIT must be a whole number from 0 to 9, not "true"']);
});

t.test("two servers cannot share a port", async (t) => {
  t.match(problemsOf({ PORT: "9090" }), ["METRICS_PORT must differ from PORT"]);
  t.strictSame(problemsOf({ PORT: "0", METRICS_PORT: "0" }), []);
});

t.test("a problem with REDIS_URL never shows its password", async (t) => {
  const wrong = [
    "redis:/:s3cret@host",
    "http://:s3cret@redis",
    "redis://:s3cret@",
    "redis://:s3cret@redis:port",
    "redis://:s3cret@redis/x",
  ];
  for (const url of wrong) {
    const problems = problemsOf({ REDIS_URL: url });
    t.equal(problems.length, 1, `${url} is refused`);
    t.notMatch(problems.join(), /s3cret/);
  }
});

t.test("the password file", async (t) => {
  const file = `${t.testdir({ empty: "\n" })}/password`;
  await writeFile(file, "p@ss/word%41 \n", { mode: 0o600 });

  const { redisUrl } = readConfig({ REDIS_URL: "redis://app@redis:6379/2", REDIS_PASSWORD_FILE: file });
  const { username, password, pathname } = new URL(redisUrl);
  t.equal(decodeURIComponent(password), "p@ss/word%41 ", "only the line end is cut");
  t.equal(username + pathname, "app/2");

  t.match(problemsOf({ REDIS_PASSWORD_FILE: `${t.testdirName}/empty` }), [
    /^REDIS_PASSWORD_FILE names an empty file/,
  ]);
  t.match(problemsOf({ REDIS_PASSWORD_FILE: t.testdirName }), [
    /^REDIS_PASSWORD_FILE cannot be read \(EISDIR\)/,
  ]);
  t.match(problemsOf({ REDIS_PASSWORD_FILE: file, REDIS_URL: "redis://:other@redis" }), [
    /^REDIS_URL must not hold/,
  ]);
});
