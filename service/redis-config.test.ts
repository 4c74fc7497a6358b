import { mkdir } from "node:fs/promises";
import t from "tap";
import { readConfig } from "./config.ts";
import { parseSeeds } from "./redis-url.ts";
import { authority, noOpenssl } from "./testing/certificates.ts";
import { spawnService } from "./testing/service.ts";
import { problemsOf } from "./testing/problems.ts";

t.test("URLs of several hosts", async (t) => {
  const named = { port: 26_379, path: "a name" };
  t.strictSame(parseSeeds("redis+sentinel://us%40er:p%2Fw@h1:1,h2,[::1]:3,[fe80::1]/my-master.1", named), {
    user: "us@er",
    password: "p/w",
    hosts: [
      { host: "h1", port: 1 },
      { host: "h2", port: 26_379 },
      { host: "::1", port: 3 },
      { host: "fe80::1", port: 26_379 },
    ],
    name: "my-master.1",
  });
  t.match(parseSeeds("rediss+cluster://10.0.0.1", { port: 6379 }), {
    hosts: [{ host: "10.0.0.1", port: 6379 }],
    name: "",
  });
  for (const url of [
    "redis+sentinel://h/m",
    "rediss+sentinel://a,b/m",
    "redis+cluster://h",
    "rediss+cluster://a,b/",
  ])
    t.strictSame(problemsOf({ REDIS_URL: url }), [], url);
});

t.test("a wrong one is a problem that shows nothing of it", async (t) => {
  const wrong: [url: string, told: RegExp][] = [
    ["redis+other://:s3cret@h/m", /starts with .*redis\+cluster:\/\//],
    ["REDIS+cluster://:s3cret@h", /starts with/],
    ["redis+sentinel://:s3cret@h", /a slash and the name of the master/],
    ["redis+sentinel://:s3cret@h/", /a slash and the name of the master/],
    ["redis+sentinel://:s3cret@h/my master", /a slash and the name of the master/],
    ["redis+sentinel://:s3cret@h/m/0", /must be hosts/],
    ["redis+sentinel://:s3cret@/m", /none of them empty/],
    ["redis+sentinel://:s3cret@h1,,h2/m", /none of them empty/],
    ["redis+sentinel://:s3cret@h1, h2/m", /hosts with commas/],
    ["redis+cluster://:s3cret@h1:0", /ports from 1 to 65535/],
    ["redis+cluster://:s3cret@h1,h2:65536", /ports from 1 to 65535/],
    ["redis+cluster://:s3cret@h1:port", /ports from 1 to 65535/],
    ["redis+cluster://:s3cret@h1:", /ports from 1 to 65535/],
    ["redis+cluster://:s3cret@h1/0", /end after the last host/],
    ["redis+cluster://:s3cret%zz@h1", /percent-encoded/],
    ["redis+cluster://:s3cret@h1@h2", /must be hosts/],
    ["redis+cluster://:s3cret@h1?db=1", /must be hosts/],
  ];
  for (const [url, told] of wrong) {
    const problems = problemsOf({ REDIS_URL: url });
    t.equal(problems.length, 1, url);
    t.match(problems[0], told, url);
    t.notMatch(problems.join(), /s3cret|h1|my master/);
  }
});

t.test("passwords from files", async (t) => {
  const directory = t.testdir({ redis: "p@ss/word%41,\n", sentinel: "an,other\n" });
  const files = {
    REDIS_PASSWORD_FILE: `${directory}/redis`,
    REDIS_SENTINEL_PASSWORD_FILE: `${directory}/sentinel`,
  };
  const { redisUrl, redisAccess } = readConfig({ REDIS_URL: "redis+sentinel://app@h1,h2:1/m", ...files });
  t.match(parseSeeds(redisUrl, { port: 26_379, path: "a name" }), {
    user: "app",
    password: "p@ss/word%41,",
    hosts: [{ host: "h1" }, { host: "h2", port: 1 }],
    name: "m",
  });
  t.strictSame(redisAccess, { sentinelPassword: "an,other" });
  t.match(
    problemsOf({ REDIS_URL: "redis+cluster://:pw@h", REDIS_PASSWORD_FILE: files.REDIS_PASSWORD_FILE }),
    [/^REDIS_URL must not hold a password/],
  );
  t.match(problemsOf({ REDIS_URL: "redis+cluster://h", ...files }), [
    /^REDIS_SENTINEL_PASSWORD_FILE needs a REDIS_URL that starts with redis\+sentinel/,
  ]);
});

t.test("certificates: what cannot work is told before anything starts", { skip: noOpenssl }, async (t) => {
  const directory = t.testdir({ text: "s3cret\n", empty: "" });
  await mkdir(`${directory}/pem`);
  const right = await authority(`${directory}/pem`, "right");
  const [one, two] = [await right.issue("one"), await right.issue("two")];
  const encrypted = { REDIS_URL: "rediss://h", REDIS_CA_FILE: right.ca };
  t.match(readConfig({ ...encrypted, REDIS_CERT_FILE: one.cert, REDIS_KEY_FILE: one.key }).redisAccess, {
    tls: { ca: /BEGIN CERTIFICATE/, cert: /BEGIN CERTIFICATE/, key: /BEGIN/ },
  });
  const wrong: [env: Record<string, string>, told: RegExp[]][] = [
    [{ REDIS_CA_FILE: `${directory}/nowhere` }, [/^REDIS_CA_FILE cannot be read \(ENOENT\)$/]],
    [{ REDIS_CA_FILE: `${directory}/empty` }, [/^REDIS_CA_FILE names an empty file$/]],
    [{ REDIS_CA_FILE: `${directory}/text` }, [/^REDIS_CA_FILE must hold a certificate in PEM$/]],
    [{ REDIS_CERT_FILE: one.cert }, [/^REDIS_CERT_FILE needs its REDIS_KEY_FILE$/]],
    [{ REDIS_KEY_FILE: one.key }, [/^REDIS_KEY_FILE needs its REDIS_CERT_FILE$/]],
    [{ REDIS_CERT_FILE: one.cert, REDIS_KEY_FILE: two.key }, [/^REDIS_KEY_FILE must hold the key of/]],
    [{ REDIS_CERT_FILE: one.key, REDIS_KEY_FILE: one.key }, [/^REDIS_CERT_FILE must hold a certificate/]],
    [{ REDIS_URL: "redis://h" }, [/^REDIS_CA_FILE needs a REDIS_URL that starts with rediss$/]],
    [{ REDIS_URL: "http://h" }, [/^REDIS_URL must be a URL that starts with/]],
  ];
  for (const [env, told] of wrong) {
    const problems = problemsOf({ ...encrypted, ...env });
    t.equal(problems.length, told.length, problems.join());
    t.match(problems, told);
  }
});

t.test("the process ends with exit code 2 and a line for each", async (t) => {
  const service = spawnService(t, {
    REDIS_URL: "redis+sentinel://:s3cret@h1:0",
    REDIS_CA_FILE: "/nowhere/at/all",
    REDIS_SENTINEL_PASSWORD_FILE: "/nowhere/either",
  });
  t.equal(await service.exitCode, 2);
  const { stdout, stderr } = service.output();
  t.equal(stdout, "");
  t.strictSame(
    stderr
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" ", 2).join(" ")),
    ["error: REDIS_URL", "error: REDIS_CA_FILE", "error: REDIS_SENTINEL_PASSWORD_FILE"],
  );
  t.notMatch(stderr, /s3cret|    at /);
});
