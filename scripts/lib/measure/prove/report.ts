import { count, type Table } from "../load/tables.ts";
import type { Report } from "../report/document.ts";
import { lanesSvg } from "../report/lanes.ts";
import { ledgerVerdict } from "./judge.ts";
import { WAYS } from "./load.ts";
import { actTable, type Result } from "./result.ts";

const EXPLAINED = [
  "Increments come at a steady rate, answered or not (open model), from the built-in generator, half of them over connections that are kept, half each over a new one. None is sent twice.",
  "A request is timed from when it was meant to start to the last byte of its answer, and failed if that is not a count with status 200.",
  '"longest gap": the longest time between two acknowledgements, of whatever increments. "quiet": the same load while nothing happens.',
  '"short": fewer requests than the 20,000 of which none may fail. SECONDS_EACH and RATE say how many there are.',
  '"acknowledged and lost": answered with a count that the counter did not keep. "failed and counted": answered with an error, or not at all, and counted all the same; the counter never sends a command twice, and so cannot know.',
  '"took": until the act was done as the verbs do it, that is, verified through the front door. "well after": from then until all replicas and containers were there again, and answered.',
  "The controls break something on purpose, in each run: whoever does not see that cannot be believed about the rest.",
];

/** The result as a report. */
export function reportOf(result: Result): Report {
  const { headline, passed, interrupted, started, platform, replicas, version, rate, seconds, restored } =
    result;
  return {
    title: `Proof: ${headline}`,
    passed,
    lines: [
      `${count(rate)} increments a second through the front door, in two ways at once, for ${seconds} s of each act at least`,
      `${started}, ${platform}, ${replicas} ${replicas === 1 ? "replica" : "replicas"}, version ${version}`,
      `put back: ${restored}`,
      ...(interrupted ? ["it was interrupted or failed: these are the acts until then"] : []),
    ],
    sections: [
      { title: "What was done, and when requests failed", svg: lanesOf(result) },
      { title: "Acts, times in ms", table: actTable(result) },
      { title: "What each act did", table: doesTable(result) },
      { title: "Acknowledged and counted", table: ledgerTable(result) },
      { title: "Kept connections, and a new one for each request", table: wayTable(result) },
      { title: "When requests failed, in seconds since the act began", table: whenTable(result) },
      { title: "Why requests failed", table: errorTable(result) },
      { title: "Answers to malformed requests", table: answersTable(result) },
      { title: "Controls: broken on purpose, and seen", table: controlTable(result) },
      { title: "How the deployment is shut in", table: hardeningTable(result) },
      { title: "Required", table: requiredTable(result) },
      { title: "How to read it", lines: EXPLAINED },
    ].filter(({ table }) => table === undefined || table.length > 1),
  };
}

const doesTable = ({ acts }: Result): Table => [
  ["act", "what was done", "what came of it"],
  ...acts.map(({ name, does, note, problems }) => [
    name,
    does,
    [note, ...problems].filter(Boolean).join("; "),
  ]),
];

const ledgerTable = ({ acts }: Result): Table => [
  ["act", "acknowledged", "counted", "acknowledged and lost", "failed and counted", "verdict"],
  ...acts.map((act) => [
    act.name,
    count(act.ledger.acknowledged),
    count(act.ledger.after - act.ledger.before),
    count(act.lost),
    count(act.counted),
    ledgerVerdict(act),
  ]),
];

const wayTable = ({ acts }: Result): Table => [
  ["act", ...WAYS.flatMap((way) => [`${way}: requests`, "failed", "p50", "p99", "max"])],
  ...acts.map(({ name, ways }) => [
    name,
    ...WAYS.flatMap((way) => {
      const { requests, failed, times } = ways[way];
      return [
        count(requests),
        count(failed),
        ...[times.p50, times.p99, times.max].map((time) => time.toFixed(1)),
      ];
    }),
  ]),
];

const whenTable = ({ acts }: Result): Table => [
  ["act", "from", "to", "failed"],
  ...acts.flatMap(({ name, failures }) =>
    failures.map(({ from, to, requests }) => [
      name,
      (from / 1000).toFixed(1),
      (to / 1000).toFixed(1),
      count(requests),
    ]),
  ),
];

const errorTable = ({ acts }: Result): Table => [
  ["act", "failed because of", "requests"],
  ...acts.flatMap(({ name, statistics }) =>
    statistics.errors.map(({ why, requests }) => [name, why, count(requests)]),
  ),
];

const answersTable = ({ acts }: Result): Table => [
  ["act", "sent to a", "what is wrong", "answers, by status"],
  ...acts.flatMap(({ name, answers }) =>
    answers.flatMap(({ to, statuses }) =>
      Object.entries(statuses).map(([kind, its]) => [
        name,
        to,
        kind,
        Object.entries(its)
          .map(([status, times]) => `${status}: ${count(times)}`)
          .join(", "),
      ]),
    ),
  ),
];

const controlTable = ({ controls }: Result): Table => [
  ["control", "what was broken", "seen", "verdict"],
  ...controls.map(({ name, does, seen, caught }) => [name, does, seen, caught ? "seen" : "not seen: blind"]),
];

const hardeningTable = ({ hardening }: Result): Table => [
  ["what", "where", "seen", "verdict"],
  ...hardening.map(({ what, where, seen, met }) => [what, where, seen, met ? "met" : "missed"]),
];

const requiredTable = ({ thresholds }: Result): Table => [
  ["goal", "result", "measured"],
  ...thresholds.map(({ name, met, seen }) => [name, met ? "met" : "missed", seen]),
];

/** The shortest stretch that is still to be seen, in seconds of a time line. */
const VISIBLE = 0.25;

function lanesOf({ acts }: Result): string {
  const lanes = acts.map(({ name, from, to, done, failures, gaps }) => ({
    name,
    spans: [
      { from: from / 1000, to: to / 1000, look: "one" as const },
      { from: 0, to: Math.max(VISIBLE, done / 1000), look: "two" as const },
      ...[...failures, ...gaps].map((one) => ({
        from: one.from / 1000,
        to: Math.max(one.to / 1000, one.from / 1000 + VISIBLE),
        look: "bad" as const,
      })),
    ],
  }));
  return lanesSvg({
    title: "When each act was under way, and when requests failed or none was acknowledged",
    x: "seconds since the act began",
    legend: [
      { name: "increments come", look: "one" },
      { name: "the act is under way", look: "two" },
      { name: "requests fail, or none is answered", look: "bad" },
    ],
    lanes,
  });
}
