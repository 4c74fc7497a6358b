import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import t from "tap";
import { ROOT } from "./paths.ts";
import { requirePassed, totalsLine } from "./tap.ts";
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
  t.same(totals, { pass: 1, fail: 1, skip: 1 });
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

t.test("a run is good only if something passed and nothing failed", async (t) => {
  t.doesNotThrow(() => requirePassed({ pass: 1, fail: 0, skip: 3 }, ""));
  t.throws(() => requirePassed({ pass: 9, fail: 1, skip: 0 }, ""), { code: 1 });
  t.throws(() => requirePassed({ pass: 0, fail: 0, skip: 3 }, ""), { code: 1, message: "no test ran" });
  t.equal(totalsLine({ pass: 9, fail: 1, skip: 2 }), "9 passed, 1 failed, 2 skipped");
});
