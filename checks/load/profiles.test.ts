import t from "tap";
import {
  lengthOf,
  levelAt,
  onlyIncrements,
  pickRoute,
  planOf,
  PROFILES,
  type RouteName,
  thinkTime,
  withoutResets,
} from "./profiles.ts";

const plan = (name: keyof typeof PROFILES) => planOf(PROFILES[name], "http://127.0.0.1");

t.test("average is the original's: 30 new users a second up to 300, 60 s in all", async (t) => {
  const average = plan("average");
  t.same(average.stages, [
    { seconds: 10, target: 300 },
    { seconds: 50, target: 300 },
  ]);
  t.match(average, { model: "closed", from: 0, pageFirst: true, think: [0.5, 2] });
  t.same(
    [0, 5, 10, 59.9, 60].map((at) => levelAt(average, at)),
    [0, 150, 300, 300, undefined],
  );
});

t.test("every profile takes as long as it says, and never has more than its peak", async (t) => {
  for (const [name, profile] of Object.entries(PROFILES)) {
    const { stages, from } = planOf(profile, "");
    t.ok(Math.abs(lengthOf({ stages }) - profile.seconds) < 1e-6, name);
    const peak = profile.model === "closed" ? profile.users : profile.rate;
    t.equal(Math.max(from, ...stages.map(({ target }) => target)), peak, `${name} reaches its peak`);
  }
});

t.test("a spike goes up and comes back", async (t) => {
  const { stages } = plan("spike");
  t.same(
    stages.filter((_, index) => index % 2 === 1).map(({ target }) => target),
    [100, 1000, 100],
  );
  t.equal(Math.round(levelAt({ from: 0, stages }, 20 + 1.5)!), 550, "halfway up");
});

t.test("a run that is too short for its users gets as many as its rate allows", async (t) => {
  const { stages } = planOf({ ...PROFILES.average, seconds: 2 }, "");
  t.same(stages, [{ seconds: 2, target: 60 }]);
});

t.test("routes are drawn as often as their weights say", async (t) => {
  const { weights } = PROFILES.average;
  const drawn = Array.from({ length: 30 }, (_, index) => pickRoute(weights, (index + 0.5) / 30));
  const times = (route: RouteName) => drawn.filter((name) => name === route).length;
  t.same(
    Object.keys(weights).map((name) => times(name as RouteName)),
    Object.values(weights),
  );
  t.equal(pickRoute(weights, 1 - Number.EPSILON), "reset");
});

t.test("without resets their share reads, and nothing else changes", async (t) => {
  t.same(withoutResets(PROFILES.average.weights), { read: 16, increment: 7, decrement: 4, page: 3 });
  t.same(withoutResets({ increment: 1 }), { increment: 1 });
});

t.test("only runs of increments alone have a ledger", async (t) => {
  const names = Object.entries(PROFILES).filter(([, { weights }]) => onlyIncrements(weights));
  t.same(
    names.map(([name]) => name),
    ["increments", "max-increments"],
  );
});

t.test("think time is within its bounds", async (t) => {
  t.same(
    [0, 0.5, 1].map((random) => thinkTime([0.5, 2], random)),
    [0.5, 1.25, 2],
  );
});
