// Comparisons whose answer is known.

import { writeFileSync } from "node:fs";
import t, { type Test } from "tap";
import { EXIT } from "../../run/failure.ts";
import { readSettings } from "../../run/settings.ts";
import { knownComparison, methodOf } from "../../testing/known-comparison.ts";
import { startLiar } from "../../testing/liar.ts";
import { builtin, type Generator } from "../load/generate.ts";
import { againstBaseline, readBaseline, SCHEMA } from "./baseline.ts";
import { type Figures, figuresOf } from "./comparison.ts";
import { Digest } from "./digest.ts";
import type { Arm } from "./plan.ts";
import { measure } from "./run.ts";
import { headlineOf, remarksOf } from "./verdict.ts";

const { load } = readSettings({});

t.test("two replicas that can do twice what one does are found to, round by round", async (t) => {
  const { figures, files } = await knownComparison(t, {
    sizes: [1, 2],
    rounds: 3,
    capacity: (size) => 400 * size,
  });
  const [one, again, two] = figures.arms;
  t.match(
    [one, again, two],
    [{ name: "swarm 1" }, { name: "swarm 1 again", twin: true }, { name: "swarm 2" }],
  );
  // The last step that is held is at most a step below, and may be a little above: a short queue is no failure.
  for (const [arm, capacity] of [
    [one!, 400],
    [again!, 400],
    [two!, 800],
  ] as const)
    for (const rate of arm.rates)
      t.ok(rate > capacity / 1.12 && rate < 1.07 * capacity, `${arm.name}: ${rate}`);
  const [difference] = figures.differences;
  t.match(difference, { base: "swarm 1", other: "swarm 2", finding: "more", rate: { level: 0.75 } });
  t.ok(difference!.rate.ratio > 1.75 && difference!.rate.ratio < 2.25, `${difference!.rate.ratio} times`);
  t.match(
    headlineOf(figures),
    /^Two replicas held (2\.[0-2]|1\.[789])\d times \[.*\] what one held \(.*bought speed\.$/,
  );
  t.match(remarksOf(figures, false).join(" "), /The same size twice was (1|0\.9)/);
  const { replicas, users, rates } = two!.samples;
  t.same(
    replicas.map(({ share }) => share.toFixed(1)),
    ["0.5", "0.5"],
  );
  // 240 a second for one second after the ramp, in three rounds.
  t.ok(users.requests >= 717 && users.requests <= 723, `${users.requests} requests`);
  t.ok(Math.abs(users.times.p50 - 2.5) < 0.05 && Math.abs(users.times.p99 - 2.99) < 0.05);
  t.ok(rates.length > 3 && rates.some(({ times }) => times.p99 > 100), "it has a knee");
  t.same(files.length, 18, "samples of each run and workload");
  await againstItself(t, figures);
});

/** As a baseline of itself nothing is worse; of what held more, it is; and of another workload it is none. */
async function againstItself(t: Test, figures: Figures) {
  const folder = t.testdir({ same: {}, faster: {}, other: {}, none: {} });
  const write = (name: string, arms: unknown, method: unknown = figures.method) =>
    writeFileSync(
      `${folder}/${name}/compare.json`,
      JSON.stringify({ schema: SCHEMA, started: "2026-01-02", arms, method }),
    );
  const faster = figures.arms.map((arm) => ({ ...arm, rates: arm.rates.map((rate) => 1.2 * rate) }));
  write("same", figures.arms);
  write("faster", faster);
  write("other", figures.arms, { ...figures.method, budget: "total" });
  const held = (name: string, tolerance: number) => {
    const earlier = readBaseline(`${folder}/${name}`, figures.method);
    return againstBaseline(figures, earlier, name, tolerance).rows;
  };
  t.same(
    held("same", 0).map(({ worse }) => worse),
    [false, false, false, false],
  );
  t.match(held("faster", 5), [
    { what: "rate", worse: true },
    { what: "p99", worse: false },
    { worse: true },
    {},
  ]);
  t.same(
    held("faster", 30).filter(({ worse }) => worse),
    [],
  );
  t.throws(() => held("other", 5), {
    message: /another workload/,
    details: { lines: [/^budget: "total" there/] },
  });
  t.throws(() => held("none", 5), { message: /no report of a comparison/, details: { code: EXIT.usage } });
}

t.test("no difference is told where there is none, and availability is what replicas buy", async (t) => {
  const { figures } = await knownComparison(t, { sizes: [1, 4], rounds: 2, capacity: () => 300 });
  t.match(figures.differences, [{ finding: "none" }]);
  t.match(
    headlineOf(figures),
    /no difference that these runs can show; the same size twice was .*availability, not speed\.$/,
  );
});

t.test("a deployment that changes in the middle: that run is void, and said", async (t) => {
  const why = "the deployment was changed meanwhile: app";
  const disturbed = (runs: number) => (runs === 2 ? why : undefined);
  const { figures } = await knownComparison(t, { sizes: [1, 2], rounds: 1, capacity: () => 300, disturbed });
  t.equal(figures.runs.filter((run) => run.void === why).length, 1);
  t.equal(figures.arms.length, 2, "the void run is of no arm");
  t.match(
    remarksOf(figures, false).join(" "),
    /Round 1 of swarm .* is void: the deployment was changed meanwhile: app\./,
  );
});

/** One real run of one arm, against replicas that take so many milliseconds for each request. */
async function runOnce(t: Test, delays: number[], generator: Generator, known: number) {
  const liar = await startLiar(t, {
    crew: delays.map((delay, index) => ({ name: `app.${index + 1}`, delay })),
  });
  const arm: Arm = { name: "swarm 3", orchestrator: "swarm", replicas: delays.length, twin: false };
  const target = {
    url: liar.url,
    orchestrator: "swarm" as const,
    replicas: delays.length,
    local: true,
    count: 0,
    version: "v1",
  };
  const lengths = { warmUp: 0.3, ramp: 0.5, users: 1.5, step: 1, raise: 1.5 };
  const raw = `${t.testdir({})}/raw`;
  const run = await measure({ target, generator, settings: load, lengths, report: () => {} }, known, raw);
  const digest = new Digest();
  await digest.add(raw, lengths.ramp, () => false);
  const whole = { round: 1, arm: arm.name, void: "", ...run };
  const method = methodOf([3], 1, load.max.p99, lengths);
  const figures = figuresOf(method, [], [{ arm, runs: [whole], digest }], [whole]);
  return { arm: figures.arms[0]!, text: remarksOf(figures, false).join("\n") };
}

t.test("a replica that was slowed on purpose is named", async (t) => {
  const { arm, text } = await runOnce(t, [1, 300, 1], builtin, 40);
  t.match(arm.slow, { replica: "app.2", runs: 1 });
  t.match(
    text,
    /In 1 of 1 runs of swarm 3 a replica answered more slowly than the others, most of all app\.2: a p50 of \d+ ms against/,
  );
});

/** From its first sample on, the generator's one thread is busy with something else almost all of the time. */
const STARVING = `data:text/javascript,
const write = process.stdout.write;
const starve = () => { for (const end = performance.now() + 900; performance.now() < end;); };
process.stdout.write = function (...args) { process.stdout.write = write; setImmediate(starve); setInterval(starve, 950).unref(); return write.apply(this, args); };`;

t.test("a generator that was starved on purpose is named, and its steps count for nothing", async (t) => {
  const args = ["--import", STARVING.replaceAll("\n", ""), ...builtin.args];
  const { arm, text } = await runOnce(t, [0, 0, 0], { ...builtin, args }, 2000);
  t.match(arm, {
    limit: { what: "generator", text: /^the generator (was the limit|could send no more)/ },
    cutShort: 1,
  });
  t.match(
    text,
    /1 of 1 searches of swarm 3 ended because the generator could send no more: the rate.* The generator /,
  );
});
