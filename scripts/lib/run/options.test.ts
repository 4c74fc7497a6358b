import t from "tap";
import { readOptions, usage, type VerbSpec } from "./options.ts";

const spec: VerbSpec = {
  name: "scale",
  summary: "Scales.",
  options: ["replicas", "yes"],
  example: "make scale",
};

t.test("a flag goes before the environment, and both before nothing", async (t) => {
  t.same(readOptions(spec, [], {}), {});
  t.same(readOptions(spec, [], { REPLICAS: "2" }), { replicas: "2" });
  t.same(readOptions(spec, ["--replicas=3"], { REPLICAS: "2" }), { replicas: "3" });
});

t.test("a switch is on, off, or a usage error", async (t) => {
  t.same(readOptions(spec, ["--yes"], {}), { yes: "1" });
  for (const on of ["1", "true", "YES"]) t.same(readOptions(spec, [], { YES: on }), { yes: "1" });
  for (const off of ["", "0", "no", "False"]) t.same(readOptions(spec, [], { YES: off }), {});
  t.throws(() => readOptions(spec, [], { YES: "perhaps" }), { code: 2, message: /YES is "perhaps"/ });
});

t.test("what a verb does not know is a usage error", async (t) => {
  for (const argv of [["--purge"], ["--replicas"], ["2"], ["--yes=perhaps"]]) {
    t.throws(() => readOptions(spec, argv, {}), { code: 2 }, argv.join(" "));
  }
  t.same(readOptions(spec, [], { PURGE: "1" }), {}, "another verb's variable is none of its business");
});

t.test("the usage names every option twice, and the exit codes", async (t) => {
  const text = usage(spec);
  for (const part of ["--replicas=n", "REPLICAS", "--yes", "YES", "4 rolled back"]) t.match(text, part);
});
