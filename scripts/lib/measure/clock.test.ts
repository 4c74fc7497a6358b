import { execFile } from "node:child_process";
import { promisify } from "node:util";
import t from "tap";

/** How far it is from the wall clock: whoever is held up between the two looks sees more, and so the least of many. */
const LOOK = `
  import { now } from ${JSON.stringify(new URL("clock.ts", import.meta.url).href)};
  console.log(Math.min(...Array.from({ length: 100 }, () => Math.abs(now() - Date.now()))));
`;

const look = () => promisify(execFile)(process.execPath, ["--input-type=module", "--eval", LOOK]);

t.test("every process has the wall clock's time, to a millisecond", async (t) => {
  for (const { stdout } of await Promise.all(Array.from({ length: 6 }, look)))
    t.ok(Number(stdout) <= 1, stdout.trim());
});
