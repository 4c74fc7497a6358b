import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import t from "tap";
import { ROOT } from "./paths.ts";
import { requirePassed, slowest, sum, totalsLine } from "./tap.ts";
import { withoutTap } from "../testing/host.ts";
import { $ } from "zx/core";

// In a process of its own: this one's tap would change how that one speaks.
async function run(test: string) {
  mkdirSync(`${ROOT}.tap`, { recursive: true });
  const dir = mkdtempSync(`${ROOT}.tap/fixture-`);
  try {
    writeFileSync(`${dir}/a.test.ts`, `import t from "tap";\n${test}`);
    const code = `import { runTap } from ${JSON.stringify(`${ROOT}scripts/lib/run/tap.ts`)};
      console.log(JSON.stringify(await runTap({ files: [${JSON.stringify(`${dir}/a.test.ts`)}], timeout: 30 })));`;
    const env = withoutTap();
    const { stdout, stderr } = await $({
      env,
      quiet: true,
    })`${process.execPath} --input-type=module --eval ${code}`;
    return { totals: JSON.parse(stdout), stderr };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

t.test("passed, failed and skipped are counted apart, and a reason is shown", async (t) => {
  const { totals, stderr } = await run(`
    t.test("good", async (t) => t.ok(true));
    t.test("bad", async (t) => t.equal(1, 2, "one is two"));
    t.test("absent", { skip: "needs a moon" }, async () => {});`);
  t.match(totals, { pass: 1, fail: 1, skip: 1 });
  t.ok(
    Object.entries(totals.times as Record<string, number>).every(
      ([file, ms]) => file.endsWith("a.test.ts") && ms > 0,
    ),
  );
  t.equal(Object.keys(totals.times).length, 1, "and the time of the file");
  t.match(stderr, /ok {6}good {2}\(/);
  t.match(stderr, /FAILED {2}one is two/);
  t.match(stderr, /\+1|actual/, "with tap's account of it");
  t.match(stderr, /skipped absent: needs a moon/);
});

t.test("a file that ends before its tests is a failure", async (t) => {
  const { totals, stderr } = await run(`throw new TypeError("no luck");`);
  t.match(totals, { pass: 0, fail: 1 });
  t.match(stderr, /TypeError: no luck/);
});

t.test("runs are added up, and the slowest files come first", async (t) => {
  const one = { pass: 1, fail: 2, skip: 3, times: { "a.test.ts": 1234, "b.test.ts": 99 } };
  const all = sum([one, { pass: 10, fail: 20, skip: 30, times: { "c.test.ts": 20_000 } }]);
  t.match(all, { pass: 11, fail: 22, skip: 33 });
  t.equal(slowest(all, 2), "    20.0 s  c.test.ts\n     1.2 s  a.test.ts\n");
});

t.test("a run is good only if something passed and nothing failed", async (t) => {
  t.doesNotThrow(() => requirePassed({ pass: 1, fail: 0, skip: 3 }, ""));
  t.throws(() => requirePassed({ pass: 9, fail: 1, skip: 0 }, ""), { code: 1 });
  t.throws(() => requirePassed({ pass: 0, fail: 0, skip: 3 }, ""), { code: 1, message: "no test ran" });
  t.equal(totalsLine({ pass: 9, fail: 1, skip: 2 }), "9 passed, 1 failed, 2 skipped");
});
