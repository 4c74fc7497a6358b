import { count, ms, type Table } from "../../load/tables.ts";
import type { Cores } from "../../load/verdict.ts";
import { NAMES } from "../limit.ts";
import type { Comparison } from "../result.ts";
import { cell, percent } from "./cells.ts";
import { baselineTable, idleTable, memoryTable, runTable, stepTable, uslTable } from "./more-tables.ts";

/** A table with what it is about. */
export interface Titled {
  title: string;
  table: Table;
}

/** Every table of a comparison, the most important first. */
export function tablesOf(comparison: Comparison): Titled[] {
  const { arms, usl, baseline } = comparison;
  if (arms.length === 0) return [{ title: "Every run", table: runTable(comparison) }];
  return [
    { title: "What each size held", table: armTable(comparison) },
    { title: "Differences, and the same size twice", table: differenceTable(comparison) },
    { title: "The original's users, times in ms", table: userTable(comparison) },
    {
      title: "CPU a request at the highest rate held, in microseconds of one core",
      table: cpuTable(comparison),
    },
    {
      title: "Who used which share of all cores there, and what was strained",
      table: shareTable(comparison),
    },
    { title: "Who answered the users, times in ms", table: replicaTable(comparison) },
    { title: "Memory under load, in MiB", table: memoryTable(comparison) },
    ...(comparison.idle.length > 0
      ? [
          {
            title: "The orchestrator, with the counter deployed and without load",
            table: idleTable(comparison),
          },
        ]
      : []),
    ...Object.entries(usl).flatMap(([name, fit]) =>
      fit ? [{ title: `Universal Scalability Law, ${name}`, table: uslTable(fit) }] : [],
    ),
    ...(baseline
      ? [{ title: `Against ${baseline.folder} of ${baseline.started}`, table: baselineTable(baseline) }]
      : []),
    { title: "Every run", table: runTable(comparison) },
    { title: "Every step of the searches", table: stepTable(comparison) },
  ];
}

function armTable({ arms }: Comparison): Table {
  return [
    ["size", "held per s", "lowest", "highest", "runs", "what was the limit"],
    ...arms.map(({ name, rate, rates, runs, limit }) => [
      name,
      count(rate),
      count(Math.min(...rates)),
      count(Math.max(...rates)),
      String(runs),
      limit.text,
    ]),
  ];
}

function differenceTable({ noise, differences, arms }: Comparison): Table {
  const says = { more: "more", less: "less", none: "none to be seen", untold: "one round tells nothing" };
  const twin = arms.find((arm) => arm.twin);
  return [
    ["times what the other had", "rate held", "users' p50", "users' p99", "difference in rate"],
    ...(noise && twin
      ? [[`${twin.name} (noise)`, cell(noise.rate), cell(noise.p50), cell(noise.p99), "-"]]
      : []),
    ...differences.map(({ base, other, rate, p50, p99, finding }) => [
      `${other} / ${base}`,
      cell(rate),
      cell(p50),
      cell(p99),
      says[finding],
    ]),
  ];
}

function userTable({ arms }: Comparison): Table {
  return [
    ["size", "requests", "failed", "p50", "p95", "p99", "p99.9", "max", "connecting p50", "connecting p99"],
    ...arms.map(({ name, samples: { users, connect } }) => {
      const { p50, p95, p99, p999, max } = users.times;
      return [
        name,
        count(users.requests),
        count(users.failed),
        ...[p50, p95, p99, p999, max].map(ms),
        ...(connect.max > 0 ? [connect.p50, connect.p99].map(ms) : ["-", "-"]),
      ];
    }),
  ];
}

const partsOf = ({ arms }: Comparison) =>
  (Object.keys(NAMES) as (keyof Cores)[]).filter(
    (part) => part !== "idle" && arms.some(({ cores }) => (cores[part] ?? 0) > 0),
  );

function cpuTable(comparison: Comparison): Table {
  const parts = partsOf(comparison);
  return [
    ["size", ...parts.map((part) => NAMES[part]), "all", "of all, in the kernel"],
    ...comparison.arms.map(({ name, perRequest, kernelPerRequest }) => {
      const values = parts.map((part) => perRequest[part] ?? 0);
      const all = values.reduce((a, b) => a + b, 0);
      return [name, ...values.map(count), count(all), count(kernelPerRequest)];
    }),
  ];
}

function shareTable(comparison: Comparison): Table {
  const parts = [...partsOf(comparison), "idle" as const];
  const { cores: all } = comparison.method;
  return [
    [
      "size",
      ...parts.map((part) => NAMES[part]),
      "in the kernel",
      "busiest replica, of a core",
      "held back",
      "disk waited for",
    ],
    ...comparison.arms.map(({ name, cores, strain }) => [
      name,
      ...parts.map((part) => percent((cores[part] ?? 0) / all)),
      percent(strain.kernel / all),
      percent(strain.busiest),
      percent(strain.throttled),
      strain.disk === undefined ? "-" : percent(strain.disk),
    ]),
  ];
}

function replicaTable({ arms }: Comparison): Table {
  return [
    ["size", "replica", "requests", "share", "p50", "p99"],
    ...arms.flatMap(({ name, samples }) =>
      samples.replicas.map(({ requests, share, times: own }, index) => [
        name,
        String(index + 1),
        count(requests),
        percent(share),
        ms(own.p50),
        ms(own.p99),
      ]),
    ),
  ];
}
