// The two generators against each other: the same plan, the same counter, the same figures.

import t from "tap";
import { planOf, PROFILES } from "../../../../checks/load/profiles.ts";
import { k6AtHand, noK6 } from "../../testing/k6.ts";
import { startLiar } from "../../testing/liar.ts";
import { builtin, generate, type Generator } from "./generate.ts";
import { Intake } from "./intake.ts";
import { findK6 } from "./k6.ts";

/** Of what the counter takes by itself; a busy machine adds to it. */
const NOISE = 0.25;

const near = (a: number, b: number, share: number) => Math.abs(a - b) <= share * Math.max(a, b);

t.test("k6 and the built-in generator measure the same", { skip: noK6 }, async (t) => {
  const k6 = await findK6({ version: "v2.2.0", releases: "" }, { k6: k6AtHand! }, () => {});
  // Times that are far above a machine's noise, so that what is compared is the generators.
  const { url } = await startLiar(t, { delay: 40, slow: { every: 25, delay: 300 } });
  const plan = planOf({ ...PROFILES.increments, rate: 200, seconds: 4 }, url);
  const measure = async (generator: Generator) => {
    const intake = new Intake(plan, 0);
    await generate(generator, plan, { intake });
    return intake.tally.sum(4).all;
  };
  const [own, other] = [await measure(builtin), await measure(k6)];
  t.equal(own.failed + other.failed, 0);
  t.ok(near(own.rate, other.rate, 0.05), `${own.rate} and ${other.rate} a second`);
  t.ok(near(own.times.p50, other.times.p50, NOISE), `p50 of ${own.times.p50} and ${other.times.p50} ms`);
  t.ok(near(own.times.p99, other.times.p99, NOISE), `p99 of ${own.times.p99} and ${other.times.p99} ms`);
});
