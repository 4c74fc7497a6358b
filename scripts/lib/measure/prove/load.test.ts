// Increments in two ways at once, by the generator's own processes, against a counter that can lie.

import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { startLiar } from "../../testing/liar.ts";
import { now } from "../clock.ts";
import { noRaw } from "../load/raw.ts";
import { judge } from "./judge.ts";
import { underLoad } from "./load.ts";
import { type Played, playedOf } from "./play.ts";

const RATE = 200;
const SECONDS = 1.5;
const raw = { kept: noRaw, new: noRaw };

/** An act in which nothing happens, but for `meanwhile`. */
async function quiet(url: string, count: () => number, meanwhile: () => void = () => {}): Promise<Played> {
  const seen = await underLoad({ url, rate: RATE, before: 0, raw, name: "quiet" }, async () => {
    const from = now();
    await sleep((SECONDS * 1000) / 2);
    meanwhile();
    await sleep((SECONDS * 1000) / 2);
    return { from, done: 0, well: 0 };
  });
  return playedOf({ name: "quiet", does: "nothing", failed: "none" }, seen, RATE, 0, count());
}

/** What is tested here is not how fast the machine is that runs the tests. */
const missed = (played: Played) =>
  judge(played, RATE, SECONDS)
    .filter(({ name, met }) => !met && !/at least/.test(name))
    .map(({ name }) => name);

t.test(
  "both ways send at half the rate, until the act is over, and one ledger is kept of both",
  async (t) => {
    const liar = await startLiar(t);
    const played = await quiet(liar.url, liar.count);
    const { ways, statistics, ledger } = played;
    for (const way of [ways.kept, ways.new])
      t.ok(way.requests > 80 && way.requests < 400, `${way.requests} requests`);
    t.equal(statistics.all.requests, ways.kept.requests + ways.new.requests);
    t.ok(statistics.connections >= ways.new.requests, "a connection for each of the new");
    t.ok(statistics.connections < ways.new.requests + ways.kept.requests / 2, "and few that are kept");
    t.match(ledger, { acknowledged: statistics.all.requests, right: true });
    t.same(missed(played), []);
  },
);

t.test("a counter that forgets is found, and so is one that goes away", async (t) => {
  const forgets = await startLiar(t, { lie: "forgets" });
  t.match(missed(await quiet(forgets.url, forgets.count)), [/none acknowledged and lost/]);
  const dies = await startLiar(t);
  const played = await quiet(dies.url, dies.count, dies.die);
  t.match(missed(played), [/none failed/]);
  t.match(played.failures, [{ from: Number }]);
  t.ok(played.gap > (SECONDS * 1000) / 3, `a gap of ${played.gap} ms`);
});

t.test("what the act throws is thrown, and the generators have ended", async (t) => {
  const liar = await startLiar(t);
  const act = underLoad({ url: liar.url, rate: RATE, before: 0, raw, name: "" }, async () => {
    throw new Error("it broke");
  });
  await t.rejects(act, /it broke/);
  const before = liar.requests();
  await sleep(200);
  t.equal(liar.requests(), before);
});
