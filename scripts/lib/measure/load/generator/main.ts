// The built-in generator: sends the plan in LOAD_PLAN and writes a line for each request, and one at the end.
//   LOAD_PLAN='{"url": ...}' node scripts/lib/measure/load/generator/main.ts

import type { Plan } from "../../../../../checks/load/profiles.ts";
import { endingLine, sampleLine } from "../../../../../checks/load/samples.ts";
import { send } from "./models.ts";

/** Milliseconds: a write for each line would cost more than the request. */
const WRITE_EVERY = 50;

const end = new AbortController();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => end.abort());
// Nobody reads any more.
process.stdout.on("error", () => end.abort());

const plan = JSON.parse(process.env["LOAD_PLAN"] ?? "") as Plan;
let lines: string[] = [];
const write = () => {
  if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
  lines = [];
};
const timer = setInterval(write, WRITE_EVERY);
const ending = await send({ plan, signal: end.signal, take: (sample) => lines.push(sampleLine(sample)) });
clearInterval(timer);
write();
process.stdout.write(`${endingLine(ending)}\n`);
