import t from "tap";
import {
  asMakeGives,
  commandOf,
  ignoredVariables,
  readOptions as readFrom,
  usage,
  type VerbSpec,
} from "./options.ts";
import { formatDuration } from "./values.ts";

const spec: VerbSpec = {
  name: "scale",
  summary: "Scales.",
  options: ["replicas", "yes"],
  example: "make scale",
};

/** As make gives the variables of its command line. */
const readOptions = (of: VerbSpec, argv: string[], variables: Record<string, string>) =>
  readFrom(of, argv, asMakeGives(variables));

t.test("a variable counts where make gave it, not where it is only exported", async (t) => {
  const rollback: VerbSpec = { ...spec, name: "rollback", options: ["version", "json"] };
  const exported = { VERSION: "1.2.3", JSON: "1", PORT: "8080", COMMAND_LINE_VARIABLES: "JSON" };
  t.same(readFrom(rollback, [], exported), { json: true });
  t.same(ignoredVariables(rollback, exported), ["VERSION"], "PORT is none of its options");
  t.same(readFrom(rollback, ["--version=2"], { VERSION: "1.2.3" }), { version: "2" });
  t.same(ignoredVariables(rollback, asMakeGives({ VERSION: "2" })), []);
});

t.test("a flag goes before make's variable, and both before nothing", async (t) => {
  t.same(readOptions(spec, [], {}), {});
  t.same(readOptions(spec, [], { REPLICAS: "2" }), { replicas: 2 });
  t.same(readOptions(spec, ["--replicas=3"], { REPLICAS: "2" }), { replicas: 3 });
});

t.test("a switch is on, off, or a usage error", async (t) => {
  t.same(readOptions(spec, ["--yes"], {}), { yes: true });
  for (const on of ["1", "true", "YES"]) t.same(readOptions(spec, [], { YES: on }), { yes: true });
  for (const off of ["0", "no", "False"]) t.same(readOptions(spec, [], { YES: off }), { yes: false });
  t.same(readOptions(spec, [], { YES: "" }), {}, "an empty text is none");
  t.throws(() => readOptions(spec, [], { YES: "perhaps" }), { code: 2, message: /YES is "perhaps"/ });
});

t.test("numbers and words that are none, or out of range, are usage errors", async (t) => {
  const all: VerbSpec = {
    ...spec,
    options: ["replicas", "port", "baseImages", "orchestrator", "baseUrl", "tail", "redis", "wait"],
  };
  for (const REPLICAS of ["0", "-1", "abc", "1000", "1.5", " 4", "4e0"]) {
    const message = `REPLICAS is "${REPLICAS}", not a whole number from 1 to 20`;
    t.throws(() => readOptions(all, [], { REPLICAS }), { code: 2, message }, REPLICAS);
  }
  t.throws(() => readOptions(all, [], { PORT: "70000" }), { code: 2, message: /1 to 65535/ });
  t.throws(() => readOptions(all, [], { BASE_IMAGES: "mine" }), { message: /one of auto, registry, local/ });
  t.throws(() => readOptions(all, [], { REDIS: "dynomite" }), { code: 2, message: /REDIS .*one of single/ });
  t.throws(() => readOptions(all, [], { WAIT: "2" }), { code: 2, message: /WAIT is "2", .* 0 to 1/ });
  t.throws(() => readOptions(all, [], { ORCHESTRATOR: "nomad" }), { message: /one of swarm, k3s/ });
  t.throws(() => readOptions(all, [], { BASE_URL: "example" }), { message: /not a URL/ });
  t.throws(() => readOptions(all, [], { TAIL: "-1" }), { code: 2 });
  const load: VerbSpec = { ...spec, options: ["users", "duration", "generator"] };
  t.throws(() => readOptions(load, [], { USERS: "20001" }), { code: 2, message: /1 to 20000/ });
  for (const DURATION of ["0", "25h", "1m30", "30s1m", "1.5s", "-1", "s", "500ms"])
    t.throws(() => readOptions(load, [], { DURATION }), { code: 2, message: /DURATION is .* like 90, 90s/ });
  t.throws(() => readOptions(load, [], { GENERATOR: "locust" }), { message: /one of auto, k6, builtin/ });
});

t.test("durations are written as k6 and Locust write them, or as plain seconds", async (t) => {
  const load: VerbSpec = { ...spec, options: ["duration"] };
  for (const [DURATION, duration] of [
    ["15", 15],
    ["15s", 15],
    ["2m", 120],
    ["1m30s", 90],
    ["1h", 3600],
    ["90m", 5400],
  ] as const)
    t.same(readOptions(load, [], { DURATION }), { duration }, DURATION);
  t.same([0, 15, 90, 3600, 5400].map(formatDuration), ["0s", "15s", "1m30s", "1h", "1h30m"]);
});

t.test("the columns of the usage text are below each other", async (t) => {
  const text = usage({ ...spec, options: ["replicas", "redisSentinelPasswordFile"] });
  const [head = "", ...rows] = text.split("\n").filter((line) => /^ {2}(Flag|--)/.test(line));
  const meaning = head.indexOf("Meaning");
  for (const row of rows) t.match(row.slice(meaning - 2), /^ {2}\S/, row);
  for (const row of rows.slice(0, -1)) t.match(row.slice(head.indexOf("Variable") - 2), /^ {2}[A-Z]/, row);
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

t.test("a list names each once, apart by spaces or commas; as a command it is quoted", async (t) => {
  const lists: VerbSpec = { ...spec, options: ["sizes", "orchestrators", "modes"] };
  t.same(readOptions(lists, [], { REPLICAS: "1 4" }), { sizes: [1, 4] });
  t.same(readOptions(lists, ["--orchestrators=swarm, k3s"], {}), { orchestrators: ["swarm", "k3s"] });
  for (const REPLICAS of ["1 21", "1 x", "4 4", ","])
    t.throws(() => readOptions(lists, [], { REPLICAS }), { code: 2, message: /^REPLICAS is / }, REPLICAS);
  t.throws(() => readOptions(lists, [], { ORCHESTRATORS: "swarm nomad" }), { message: /one of swarm, k3s/ });
  t.same(readOptions(lists, [], { MODES: "single sentinel" }), { modes: ["single", "sentinel"] });
  for (const MODES of ["single dynomite", "external", "single single", " "])
    t.throws(() => readOptions(lists, [], { MODES }), { code: 2, message: /^MODES is / }, MODES);
  t.equal(commandOf("compare", { sizes: [1, 4], quick: true }), 'make compare REPLICAS="1 4" QUICK=1');
});
