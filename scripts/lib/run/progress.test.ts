import t from "tap";
import { $ } from "zx/core";
import { progress } from "./progress.ts";

function captured(total: number) {
  let text = "";
  const write = (part: string | Uint8Array) => (text += String(part)) !== "";
  const steps = progress("Try it", total, { write, isTTY: false, columns: 80 });
  return { ...steps, text: () => text };
}

t.test("a step is a line with what it did, and the end says whether anything changed", async (t) => {
  const { step, done, text } = captured(3);
  await step("Look", async () => ({ note: "all well" }));
  await step("Keep", async () => ({ changed: false }));
  done("here");
  t.match(
    text(),
    /^==> Try it\n\[1\/3\] Look +ok +0\.0s {2}all well\n\[2\/3\] Keep +unchanged +0\.0s\nUnchanged in .*here\n$/,
  );
  t.equal((await step("Make", async () => ({ changed: true, made: 7 }))).made, 7, "and gives what it found");
  done();
  t.match(text(), /\[3\/3\] Make +ok +0\.0s\nDone in 0\.\ds\n/);
});

t.test("what fails in a step is reported with that step, a failed command among it", async (t) => {
  const { step, text } = captured(1);
  const failing = step("Break", async () => {
    await $({ quiet: true })`echo "no space left on device" >&2; exit 3`;
    return {};
  });
  const details = { hint: /df -h/, lines: ["no space left on device"] };
  await t.rejects(failing, { message: "the disk is full", step: "[1/1] Break", details });
  t.match(text(), /\[1\/1\] Break +failed/);
});
