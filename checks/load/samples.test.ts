import t from "tap";
import {
  COLUMNS,
  endingLine,
  faultOf,
  parseEnding,
  parseSample,
  type Sample,
  sampleLine,
  valueIn,
} from "./samples.ts";

const sample: Sample = {
  at: 1_700_000_000_123,
  route: "increment",
  status: 200,
  latency: 1234,
  blocked: 50,
  connect: 40,
  replica: "counter_app.1",
  value: 7,
  error: "",
  size: 11,
};

t.test("what is written is read again", async (t) => {
  t.same(parseSample(sampleLine(sample)), sample);
  const failed = { ...sample, status: 0, replica: "", value: undefined, error: "connection refused" };
  t.same(parseSample(sampleLine(failed)), failed);
  t.equal(sampleLine(sample).split(",").length, COLUMNS.split(",").length);
});

t.test("a text with commas and line ends stays one cell, and times are whole and not negative", async (t) => {
  const line = sampleLine({ ...sample, error: "no, not\nthis", latency: -0.4, blocked: 1.6 });
  t.match(parseSample(line), { error: "no not this", latency: 0, blocked: 2 });
});

t.test("other lines, and half a line, are no samples", async (t) => {
  const line = sampleLine(sample);
  for (const other of [
    "",
    "Request Failed",
    line.slice(1),
    line.slice(0, 30),
    line.replace("increment", "x"),
    endingLine({ dropped: 1 }),
  ])
    t.equal(parseSample(other), undefined, other);
  t.equal(parseSample(line.replace("1234", "12x4")), undefined);
});

t.test("the ending is a line of its own", async (t) => {
  t.same(parseEnding(endingLine({ dropped: 3 })), { dropped: 3 });
  t.equal(parseEnding(sampleLine(sample)), undefined);
});

t.test("an answer is right, or says what is wrong", async (t) => {
  t.equal(faultOf("read", 200, 0, "application/json"), "");
  t.equal(faultOf("read", 200, undefined, "application/json"), "no count");
  t.equal(faultOf("page", 200, undefined, "text/html; charset=utf-8"), "");
  t.equal(faultOf("page", 200, undefined, "text/plain"), "no page");
  t.equal(faultOf("increment", 503, undefined, "application/json"), "503");
  t.same(['{"value":12}', '{"value":-1}', '{"error":"x"}', ""].map(valueIn), [
    12,
    undefined,
    undefined,
    undefined,
  ]);
});
