import t from "tap";
import { doneOf } from "./slow-clients.ts";

t.test("clients that are sent away are no problem, and those that could not be sent are", async (t) => {
  const end = { begun: 6000, left: 0, own: [] };
  t.same(doneOf(6000, end), { note: "6,000 of 6,000 were let in, 0 were still there", problems: [] });
  t.match(doneOf(6000, { ...end, begun: 1000, own: ["EMFILE"] }), {
    note: /^1,000 of 6,000/,
    problems: [/not all could be sent: EMFILE/],
  });
  t.match(doneOf(6000, { ...end, begun: 0 }), { problems: [/^none reached the front door/] });
  t.match(doneOf(6000, { ...end, begun: 5999 }), { problems: [/^1 did not reach the front door/] });
});
