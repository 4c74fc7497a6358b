import t from "tap";
import { PROFILES } from "../../../../checks/load/profiles.ts";
import { PROFILE_NOTES, resetsLine, sparing, wantedLoad } from "./wanted.ts";

t.test("without a word it is the original's load; a run's numbers go over the profile's", async (t) => {
  t.match(wantedLoad({}), { name: "average", profile: { users: 300, rate: 30, seconds: 60 } });
  const { profile } = wantedLoad({ profile: "increments", users: 7, rate: 9, duration: 11 });
  t.match(profile, { model: "open", users: 7, rate: 9, seconds: 11 });
  t.equal(PROFILES.increments.rate, 500, "the profile itself is as it was");
});

t.test("an unknown profile is a usage error", async (t) => {
  t.throws(() => wantedLoad({ profile: "huge" }), { code: 2, message: /one of smoke, average, .*max/ });
  t.throws(() => wantedLoad({ profile: "toString" }), { code: 2 });
});

t.test("a count above 1,000 is not reset unless that is asked for, and it is said", async (t) => {
  const { average, increments } = PROFILES;
  t.match(sparing(average, 1000, false), { resets: "sent", profile: { weights: { reset: 1, read: 15 } } });
  t.match(sparing(average, 1001, true), { resets: "sent" });
  const spared = sparing(average, 1001, false);
  t.match(spared, { resets: "left out", profile: { weights: { read: 16 } } });
  t.notOk("reset" in spared.profile.weights);
  t.equal(sparing(increments, 5000, false).resets, "none");
  t.match(resetsLine("left out", 1001), /count of 1,001 shall not be lost/);
  t.match(resetsLine("sent", 1001), /was reset/);
  t.equal(resetsLine("sent", 5), "");
});

t.test("every profile is explained", async (t) => {
  for (const name of Object.keys(PROFILES))
    t.ok(
      PROFILE_NOTES.some((line) => line.startsWith(`  ${name} `)),
      name,
    );
});
