import t from "tap";
import { fitUsl } from "./usl.ts";

const near = (value: number, wanted: number, share: number) => Math.abs(value / wanted - 1) <= share;

const law = (n: number) => (900 * n) / (1 + 0.08 * (n - 1) + 0.01 * n * (n - 1));

t.test("a law that is known is found, with its peak and no residuals", async (t) => {
  const fit = fitUsl([1, 2, 4, 8, 12, 16].map((size) => ({ size, rate: law(size) })))!;
  t.ok(near(fit.one, 900, 1e-6) && near(fit.contention, 0.08, 1e-6) && near(fit.coherence, 0.01, 1e-6));
  t.ok(near(fit.peak!, Math.sqrt(0.92 / 0.01), 1e-6));
  t.ok(fit.residuals.every(({ rate, law: fitted }) => near(fitted, rate, 1e-6)));
});

t.test("what was published of SPEC SDM91 has its peak below 100, as was measured", async (t) => {
  // Load generators and scripts an hour [N. Gunther, Guerrilla Capacity Planning, 2007].
  const published = [
    [1, 64.9],
    [18, 995.9],
    [36, 1652.4],
    [72, 1853.2],
    [108, 1828.9],
    [144, 1775],
    [216, 1702.2],
  ];
  const fit = fitUsl(published.map(([size, rate]) => ({ size: size!, rate: rate! })))!;
  t.ok(fit.peak! > 80 && fit.peak! < 100, `${fit.peak}`);
  t.ok(fit.contention > 0 && fit.coherence > 0);
  t.ok(fit.residuals.every((row) => near(row.law, row.rate, 0.1)));
});

t.test("with fewer than six sizes there is none, however many runs", async (t) => {
  const points = [1, 2, 4, 8, 16].flatMap((size) =>
    [1, 2, 3].map((run) => ({ size, rate: 100 * size + run })),
  );
  t.equal(fitUsl(points), undefined);
});
