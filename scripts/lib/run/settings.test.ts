import { readFileSync } from "node:fs";
import t from "tap";
import { parseSettings, readSettings, replicasOption } from "./settings.ts";
import { ROOT } from "./paths.ts";

const text = readFileSync(`${ROOT}deploy/settings.yaml`, "utf8");

t.test("the committed settings are valid, and a run's options go over them", async (t) => {
  t.match(readSettings({}), { name: "counter", replicas: 4, port: 80, baseImages: "auto" });
  t.match(readSettings({ port: "8080", baseImages: "local" }), { port: 8080, baseImages: "local" });
  t.equal(replicasOption({}), undefined);
  t.equal(replicasOption({ replicas: "7" }), 7);
});

t.test("numbers that are none, or out of range, are usage errors", async (t) => {
  for (const replicas of ["0", "-1", "abc", "1000", "1.5", "", " 4", "4e0"]) {
    t.throws(() => replicasOption({ replicas }), { code: 2, message: /whole number from 1 to 20/ }, replicas);
  }
  t.throws(() => readSettings({ port: "70000" }), { code: 2 });
  t.throws(() => readSettings({ baseImages: "mine" }), { code: 2, message: /one of auto, registry, local/ });
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
