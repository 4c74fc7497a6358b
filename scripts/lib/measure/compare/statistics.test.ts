import t from "tap";
import { randomOf } from "../../../../checks/random.ts";
import { estimateText, findingOf, noiseFloor, pairedRatio, shuffled, unpairedRatio } from "./statistics.ts";

/** Numbers around zero with a spread of one (Box and Muller). */
function gauss(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const near = (value: number, wanted: number, within: number) => Math.abs(value - wanted) <= within;

t.test("a seed gives the same numbers again, spread evenly, and a shuffle loses nothing", async (t) => {
  const [one, again, other] = [randomOf(7), randomOf(7), randomOf(8)];
  const ten = Array.from({ length: 10 }, one);
  t.same(Array.from({ length: 10 }, again), ten);
  t.notSame(Array.from({ length: 10 }, other), ten);
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let count = 0; count < 100_000; count++) tenths[Math.floor(one() * 10)]!++;
  // The chi-squared of nine degrees of freedom is below 27.9 in 999 of 1,000 cases.
  t.ok(tenths.reduce((sum, seen) => sum + (seen - 10_000) ** 2 / 10_000, 0) < 27.9);
  const list = [1, 2, 3, 4, 5, 6];
  t.same(new Set(shuffled(list, one)), new Set(list));
  const firsts = Array.from({ length: 6000 }, () => shuffled(list, one)[0]!);
  for (const value of list) t.ok(near(firsts.filter((first) => first === value).length, 1000, 150));
});

t.test("a ratio is paired: what a round does to both of its runs cancels out", async (t) => {
  // The machine halves its speed from round to round; the second is 0.7 times the first in each.
  const pairs = [1000, 500, 250, 125, 62.5].map((rate): [number, number] => [rate, 0.7 * rate]);
  const found = pairedRatio(pairs, 1)!;
  t.ok(near(found.ratio, 0.7, 1e-9));
  t.ok(found.interval!.every((end) => near(end, 0.7, 1e-9)));
  t.equal(findingOf(found, 1.05), "less");
  const apart = unpairedRatio(
    pairs.map(([base]) => base),
    pairs.map(([, other]) => other),
    1,
  )!;
  t.ok(near(apart.ratio, 0.7, 1e-9));
  t.equal(findingOf(apart, 1), "none", "unpaired, the same figures show nothing");
});

t.test("one round has a ratio and no interval; few have the range of their rounds, and say so", async (t) => {
  t.same(pairedRatio([[100, 120]], 1), { ratio: 1.2, rounds: [1.2] });
  t.equal(findingOf({ ratio: 1.2, rounds: [1.2] }, 1), "untold");
  const three = pairedRatio(
    [
      [100, 110],
      [100, 120],
      [100, 130],
    ],
    1,
  )!;
  t.same(
    three.interval!.map((end) => Number(end.toFixed(6))),
    [1.1, 1.3],
  );
  t.equal(three.level, 0.75);
  t.equal(estimateText(three), "1.20 times [1.10, 1.30; 75 %]");
  t.equal(estimateText({ ratio: 1.2, rounds: [1.2] }), "1.20 times");
  t.equal(estimateText({ ...three, level: 0.9375 }), "1.20 times [1.10, 1.30; 93.75 %]");
  t.equal(estimateText({ ...three, level: 0.95 }), "1.20 times [1.10, 1.30]", "as one expects");
  t.equal(pairedRatio([], 1), undefined);
});

for (const rounds of [5, 8, 20]) {
  t.test(`the interval of ${rounds} rounds holds the true ratio about as often as it says`, async (t) => {
    const random = randomOf(rounds);
    const experiments = 200;
    let held = 0;
    let level = 0;
    for (let experiment = 0; experiment < experiments; experiment++) {
      const pairs = Array.from({ length: rounds }, (): [number, number] => {
        const base = 1000 * Math.exp(0.3 * gauss(random));
        return [base, base * 0.8 * Math.exp(0.05 * gauss(random))];
      });
      const { interval, level: said } = pairedRatio(pairs, experiment)!;
      if (interval![0] <= 0.8 && interval![1] >= 0.8) held++;
      level = said!;
    }
    // Three standard errors of the share.
    const slack = 3 * Math.sqrt((level * (1 - level)) / experiments);
    t.ok(near(held / experiments, level, slack + 0.01), `${held} of ${experiments}, said ${level}`);
  });
}

t.test("the same thing measured twice is the floor: what is closer to 1 is no difference", async (t) => {
  const floor = noiseFloor({ ratio: 0.98, interval: [0.94, 1.02], rounds: [] });
  t.ok(near(floor, 1 / 0.94, 1e-9));
  t.ok(near(noiseFloor({ ratio: 1.03, rounds: [1.03] }), 1.03, 1e-9));
  t.equal(findingOf({ ratio: 1.05, interval: [1.02, 1.09], rounds: [] }, floor), "none");
  t.equal(findingOf({ ratio: 1.2, interval: [1.02, 1.3], rounds: [] }, floor), "more");
  t.equal(findingOf({ ratio: 0.8, interval: [0.7, 0.9], rounds: [] }, floor), "less");
  t.equal(findingOf({ ratio: 0.8, interval: [0.6, 1.01], rounds: [] }, floor), "none");
});
