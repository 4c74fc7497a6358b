import t from "tap";
import { firstForm, type Form, formOf, plannedBy, profiles, questionOf, readForm } from "./form.ts";

const form: Form = {
  profile: "average",
  users: "40",
  rate: "20",
  duration: "1m30s",
  baseUrl: "",
  generator: "builtin",
};

t.test("the form begins with the original's numbers, or with what the command line says", async (t) => {
  t.same(firstForm({}, "builtin"), { ...form, users: "300", rate: "30", duration: "1m" });
  t.match(firstForm({ profile: "spike", users: 50 }, "k6"), { profile: "spike", users: "50", rate: "300" });
  t.throws(() => firstForm({ profile: "huge" }, "k6"), { message: /one of smoke, average/ });
});

t.test("what is right becomes options over those of the command line", async (t) => {
  const { options } = readForm({ ...form, users: " 40 " }, { reset: true, users: 7, baseUrl: "http://x" });
  t.same(options, {
    reset: true,
    profile: "average",
    users: 40,
    rate: 20,
    duration: 90,
    generator: "builtin",
  });
  t.match(readForm({ ...form, users: "" }, {}).options, { users: undefined, rate: 20 }, "the profile's");
});

t.test("what is wrong is told of each field in the verb's words", async (t) => {
  const { errors } = readForm(
    { profile: "huge", users: "0", rate: "-1", duration: "1 hour", baseUrl: "ftp://x", generator: "locust" },
    {},
  );
  t.match(errors, {
    profile: /PROFILE is "huge"; it is one of smoke, average/,
    users: 'USERS is "0", not a whole number from 1 to 20000',
    rate: /RATE is "-1", not a whole number/,
    duration: /DURATION is "1 hour", not a duration from 1s to 24h, like 90, 90s or 1m30s/,
    baseUrl: /BASE_URL is "ftp:\/\/x"; it is a URL like/,
    generator: /GENERATOR is "locust", not one of auto, k6, builtin/,
  });
});

t.test("another machine is asked about, as the verb does", async (t) => {
  t.match(await questionOf({ baseUrl: "http://192.0.2.1" }), /192\.0\.2\.1 is not this machine\. Send/);
  t.equal(await questionOf({ baseUrl: "http://192.0.2.1", yes: true }), undefined);
  t.equal(await questionOf({ baseUrl: "http://127.0.0.1:1" }), undefined);
  t.equal(await questionOf({}), undefined);
});

t.test("every profile can be filled in and drawn", async (t) => {
  for (const { name, users, rate, duration } of profiles()) {
    const { options } = readForm({ ...form, profile: name, users, rate, duration }, {});
    t.ok(plannedBy(options!).stages.length > 0, name);
  }
  t.same(formOf({ users: "1", more: "x" }).users, "1");
});
