// The built-in generator as a process, against a counter that can lie.

import { availableParallelism } from "node:os";
import { gunzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import t, { type Test } from "tap";
import { type Plan, planOf, PROFILES } from "../../../../checks/load/profiles.ts";
import { type Lie, type Liar, startLiar } from "../../testing/liar.ts";
import { builtin, generate } from "./generate.ts";
import { Intake } from "./intake.ts";
import { openRaw } from "./raw.ts";

const open = (url: string, rate: number, seconds: number): Plan =>
  planOf({ ...PROFILES.increments, rate, seconds }, url);

/** Sends a plan, and gives what was taken in. */
async function run(plan: Plan) {
  const intake = new Intake(plan, 0);
  await generate(builtin, plan, { intake });
  return { intake, sums: intake.tally.sum() };
}

async function ledgerOf(t: Test, lie: Lie) {
  const liar = await startLiar(t, { lie });
  const { intake, sums } = await run(open(liar.url, 300, 1));
  return { ledger: intake.ledger!.close(liar.count()), sums };
}

t.test("open model: so many are sent as are due, each once, and the ledger is right", async (t) => {
  const { ledger, sums } = await ledgerOf(t, "none");
  t.match(sums, { all: { requests: 300, failed: 0 }, replicas: { liar: 300 } });
  t.match(ledger, { acknowledged: 300, after: 300, right: true });
});

t.test("the ledger catches every lie", async (t) => {
  const [forgets, doubles, repeats] = await Promise.all(
    (["forgets", "doubles", "repeats"] as const).map((lie) => ledgerOf(t, lie)),
  );
  t.match(forgets?.ledger, { acknowledged: 300, lost: 30, right: false });
  t.match(doubles?.ledger, { acknowledged: 300, extra: 30, right: false });
  t.match(repeats?.ledger, { acknowledged: 300, lost: 1, repeated: 30, right: false });
});

t.test(
  "an increment without an acknowledgement may have counted: that is no lie, but a failure",
  async (t) => {
    const lies = [
      ["hangs up", /closed/],
      ["denies", /^503$/],
    ] as const;
    const runs = await Promise.all(lies.map(([lie]) => ledgerOf(t, lie)));
    for (const [index, [lie, error]] of lies.entries()) {
      const { ledger, sums } = runs[index]!;
      t.match(ledger, { acknowledged: 270, unknown: 30, after: 300, right: true }, lie);
      t.match(sums, { all: { failed: 30 }, errors: [{ why: error, requests: 30 }] }, lie);
    }
  },
);

t.test("a request is timed from when it was meant to start, not from when it could be sent", async (t) => {
  const late = await startLiar(t, { delay: 100 });
  const frozen = await startLiar(t);
  frozen.freeze();
  const [answered, timed] = await Promise.all([
    run(open(late.url, 20, 0.5)),
    run({ ...open(frozen.url, 20, 0.5), timeout: 1 }),
  ]);
  t.ok(answered.sums.all.times.p50 >= 95, `answers take ${answered.sums.all.times.p50} ms`);
  t.match(timed.sums, { all: { requests: 10, failed: 10 }, errors: [{ why: "no answer in 1 s" }] });
  t.ok(timed.sums.all.times.p50 >= 995, `${timed.sums.all.times.p50} ms`);
});

t.test("what cannot be under way at once is dropped, and counted", async (t) => {
  const { url, requests } = await startLiar(t, { delay: 500 });
  const { intake, sums } = await run({ ...open(url, 100, 1), most: 10 });
  t.equal(sums.all.requests + intake.ending!.dropped, 100);
  t.ok(intake.ending!.dropped > 50, `${intake.ending!.dropped} dropped`);
  t.equal(requests(), sums.all.requests);
});

t.test("connections are kept, or made anew for each request, and counted", async (t) => {
  const { url } = await startLiar(t);
  const kept = await run(open(url, 100, 1));
  t.ok(kept.sums.connections < 50, `${kept.sums.connections} connections for 100 requests`);
  const anew = await run({ ...open(url, 100, 0.5), connections: "new" });
  t.match(anew.sums, { connections: 50, all: { requests: 50, failed: 0 } });
  t.ok(anew.sums.connect.p50 > 0 && anew.sums.blocked.p50 >= anew.sums.connect.p50);
});

t.test("closed model: each user opens the page, then asks, and waits in between", async (t) => {
  const { url } = await startLiar(t);
  const profile = { ...PROFILES.average, users: 20, rate: 100, seconds: 1.5, think: [0.2, 0.3] as const };
  const { sums } = await run(planOf(profile, url));
  t.equal(sums.all.failed, 0);
  t.ok(sums.routes.page!.requests >= 20, `${sums.routes.page!.requests} pages`);
  t.ok(sums.connections <= 20, "each user has one connection");
  t.ok(sums.all.requests > 20 * 4 && sums.all.requests < 20 * 8, `${sums.all.requests} requests`);
});

t.test("a target that dies is failures, and the run goes to its end", async (t) => {
  const liar: Liar = await startLiar(t);
  const plan = open(liar.url, 100, 1);
  const intake = new Intake(plan, 0);
  const line = intake.line.bind(intake);
  let lines = 0;
  intake.line = (text) => {
    if (++lines === 30) liar.die();
    return line(text);
  };
  await generate(builtin, plan, { intake });
  const { all, errors } = intake.tally.sum();
  t.equal(all.requests, 100);
  t.ok(all.failed > 40 && all.failed <= 70, `${all.failed} failed`);
  t.ok(errors.some(({ why }) => why === "ECONNREFUSED"));
});

t.test("the raw file has every sample; its generator's CPU is measured", async (t) => {
  const { url } = await startLiar(t);
  const plan = open(url, 500, 1);
  const file = `${t.testdir({})}/samples.csv.gz`;
  const raw = openRaw(file);
  raw.part({ rate: 500 });
  const { cores, strain } = await generate(builtin, plan, {
    intake: new Intake(plan, 0),
    raw,
    local: true,
  });
  await raw.close();
  const again = new Intake(plan, 0);
  const lines = gunzipSync(readFileSync(file)).toString().split("\n");
  t.equal(lines.filter((text) => again.line(text)).length, 500);
  t.match(lines[1], '# {"rate":500}');
  t.ok(cores.generator > 0 && cores.generator < 1, `${cores.generator} cores`);
  const sum = Object.values(cores).reduce((a, b) => a + b, 0);
  t.ok(sum > 0.9 * availableParallelism() && sum < 1.2 * availableParallelism(), `${sum} cores in all`);
  t.ok(strain!.kernel > 0 && strain!.throttled === 0);
});

t.test("a full disk ends the run with a word about it", async (t) => {
  const { url } = await startLiar(t);
  const plan = open(url, 2000, 30);
  const raw = openRaw("/dev/full");
  const start = performance.now();
  await t.rejects(generate(builtin, plan, { intake: new Intake(plan, 0), raw }), {
    message: "the disk is full",
  });
  t.ok(performance.now() - start < 20_000, "it does not wait for the plan's end");
  await t.rejects(raw.close(), { message: "the disk is full" });
});

t.test("a generator that fails is an error with its last words", async (t) => {
  const plan = open("http://127.0.0.1:1", 1, 0.1);
  const broken = { ...builtin, args: ["-e", "console.error('no such thing'); process.exitCode = 3"] };
  await t.rejects(generate(broken, plan, { intake: new Intake(plan, 0) }), {
    message: "builtin ended with exit code 3",
    details: { lines: ["no such thing"] },
  });
});
