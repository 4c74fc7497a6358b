import { globSync, readFileSync } from "node:fs";
import t from "tap";
import { parse } from "yaml";
import { ROOT } from "./paths.ts";
import { KINDS, kindOf, suite } from "./suite.ts";

const filesOf = async (only?: string) => Object.values((await suite(only)).files).flat();

t.test("every kind has files, and every pattern of suite.yaml names some", async (t) => {
  const listed = parse(readFileSync(`${ROOT}scripts/lib/testing/suite.yaml`, "utf8")) as Record<
    string,
    string[]
  >;
  for (const pattern of Object.values(listed).flat())
    t.ok(globSync(pattern, { cwd: ROOT }).length > 0, pattern);
  const { files } = await suite();
  for (const kind of KINDS) t.ok(files[kind].length > 2, kind);
  t.equal(kindOf("scripts/lib/run/suite.test.ts"), "unit");
  t.equal(kindOf("service/redis-link.test.ts"), "integration");
  t.equal(kindOf("scripts/end-to-end.test.ts"), "machine");
});

t.test("a path is a folder, a test file or a module", async (t) => {
  const { files } = await suite("service");
  t.ok(files.integration.length > 0 && files.machine.length === 0);
  t.same(await filesOf("./service/"), await filesOf("service"));
  for (const only of ["scripts/lib/run/suite.test.ts", "scripts/lib/run/suite.ts", "scripts/lib/run/suite"])
    t.same(await suite(only), {
      files: { unit: ["scripts/lib/run/suite.test.ts"], integration: [], machine: [] },
    });
});

/** Put together, so that this file does not have the text. */
const text = (...parts: string[]) => parts.join(": ");

t.test("any other text is part of a test's name, also of one in a module that a list imports", async (t) => {
  const name = text("A READER THAT HAS ENOUGH", "it is told from a failure").slice(0, 12);
  t.match(await suite(name), { name });
  t.ok((await filesOf(name)).includes("scripts/lib/run/suite.test.ts"), "whatever its case");
  t.same(await filesOf(text("malformed requests at the front door", "none")), ["scripts/end-to-end.test.ts"]);
  t.ok((await filesOf(text("beside Swarm", "its ports"))).includes("scripts/end-to-end.test.ts"));
});

t.test("a text that is nowhere is a usage error", async (t) => {
  await t.rejects(suite(["no", "such", "test"].join("-")), {
    code: 2,
    message: /no test file has this path/,
  });
});
