import { readFileSync } from "node:fs";
import t from "tap";
import { parseSettings, readSettings } from "./settings.ts";
import { ROOT } from "./paths.ts";

const text = readFileSync(`${ROOT}deploy/settings.yaml`, "utf8");

t.test("the committed settings are valid, and a run's options go over them", async (t) => {
  t.match(readSettings({}), { name: "counter", replicas: 4, port: 80, baseImages: "auto" });
  t.match(readSettings({ port: 8080, baseImages: "local" }), { port: 8080, baseImages: "local" });
});

t.test("a file that cannot be read is a usage error", async (t) => {
  t.throws(() => readSettings({ settings: "/nowhere.yaml" }), { code: 2, message: /ENOENT/ });
});

t.test("faults in the file come with line and column, all at once", async (t) => {
  const faulty = text.replace("replicas: 4", 'replicas: "4"').replace("keep:", "keeep:");
  const lineOf = (part: string) => faulty.slice(0, faulty.indexOf(part)).split("\n").length;
  t.throws(() => parseSettings(faulty, "f.yaml"), {
    code: 2,
    details: {
      lines: [
        `f.yaml:${lineOf('replicas: "4"')}:11 replicas: not a whole number from 1 to 20`,
        /^f.yaml:1:1 keep: /,
        `f.yaml:${lineOf("keeep")}:8 keeep: unknown key`,
      ],
    },
  });
  t.throws(() => parseSettings("name: [a", "f.yaml"), { code: 2, details: { lines: [/^f.yaml:1:\d+ /] } });
});

t.test("a deadline is seconds or a duration", async (t) => {
  t.equal(parseSettings(text.replace("converge: 180", "converge: 3m"), "f.yaml").deadlines.converge, 180);
  for (const given of ["0", "1.5", "soon", "3h"])
    t.throws(() => parseSettings(text.replace("converge: 180", `converge: ${given}`), "f.yaml"), {
      code: 2,
      details: { lines: [/converge: not a duration from 1s to 2h/] },
    });
});

t.test("a write waits for one replica of Redis at most", async (t) => {
  t.equal(parseSettings(text, "f.yaml").redisWait, 0);
  const faulty = text.replace("redisWait: 0", "redisWait: 2");
  t.throws(() => parseSettings(faulty, "f.yaml"), { code: 2, details: { lines: [/redisWait: .*0 to 1/] } });
});

t.test("what an engine would refuse, or read otherwise, is a fault with its place", async (t) => {
  const wrong: [from: RegExp, to: string, line: RegExp][] = [
    [/^name: .*/m, "name: trial-", /^f.yaml:\d+:7 name: /],
    [/^image: .*/m, "image: x/", /^f.yaml:\d+:8 image: not an image name/],
    [/^image: .*/m, "image: host:5000", /^f.yaml:\d+:8 image: /],
    [/^port: .*/m, "port: 0120", /^f.yaml:\d+:7 0120 begins with a zero: write 120/],
    [/^port: .*/m, "port: *door", /^f.yaml:\d+:7 nothing has the name &door/],
    [/^port: .*/m, "port: 10080", /^f.yaml:\d+:7 port: a port that browsers refuse/],
  ];
  for (const [from, to, line] of wrong)
    t.throws(
      () => parseSettings(text.replace(from, to), "f.yaml"),
      { code: 2, details: { lines: [line] } },
      to,
    );
  const anchored = text.replace(/^port: .*/m, "port: &door 8080");
  t.equal(parseSettings(anchored, "f.yaml").port, 8080);
});

t.test("an image is named by a tag, a digest or both", async (t) => {
  const digest = `sha256:${"0a".repeat(32)}`;
  for (const ref of ["redis:8.10", `redis@${digest}`, `registry.example:5000/redis:8.10@${digest}`]) {
    const settings = parseSettings(text.replace(/redis: redis:.*/, `redis: ${ref}`), "f.yaml");
    t.equal(settings.images.redis, ref);
  }
  const cut = text.replace(/redis: redis:.*/, "redis: redis:8.10@sha256:0a");
  t.throws(() => parseSettings(cut, "f.yaml"), { code: 2, details: { lines: [/images.redis: /] } });
});

t.test("an image without a tag, or with the tag latest, is refused", async (t) => {
  for (const ref of ["redis", "redis:latest"]) {
    const faulty = text.replace(/redis: redis:.*/, `redis: ${ref}`);
    t.throws(
      () => parseSettings(faulty, "f.yaml"),
      { code: 2, details: { lines: [/images.redis: .*latest/] } },
      ref,
    );
  }
});
