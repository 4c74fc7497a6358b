import t from "tap";
import { ACTS } from "./acts.ts";
import { CONTROLS } from "./controls.ts";
import { secondsOf, wantedActs } from "./wanted.ts";

const names = (asked?: string[]) => wantedActs(asked).map(({ name }) => name);

t.test(
  "all that fit in 15 minutes, or those that were asked for, in their order, the quiet one first",
  async (t) => {
    t.same(names(["kill-redis", "roll"]), ["quiet", "roll", "kill-redis"]);
    t.same(names(["malformed"]), ["quiet", "malformed"]);
    const all = names();
    t.ok(all.includes("scale") && !all.includes("malformed"), all.join());
    t.ok(secondsOf(wantedActs(undefined), 22) < 15 * 60);
    t.throws(() => wantedActs(["roll", "jump"]), { message: /ACTS has "jump"; it is a list of quiet, roll/ });
  },
);

t.test("names are short, and no two the same", async (t) => {
  const every = [...ACTS, ...CONTROLS].map(({ name }) => name);
  t.equal(new Set(every).size, every.length);
  for (const { name } of ACTS) t.match(name, /^[a-z-]{1,14}$/);
});
