import { count, judgedCells, sentCells, type Table } from "../../load/tables.ts";
import { NAMES } from "../limit.ts";
import type { Comparison } from "../result.ts";
import type { Usl } from "../usl.ts";
import { cell, mebibytes, percent } from "./cells.ts";

/** What each role took of the memory. */
export function memoryTable({ arms }: Comparison): Table {
  const roles = ["replicas", "proxy", "redis", "orchestrator"] as const;
  return [
    ["size", ...roles.map((role) => NAMES[role])],
    ...arms.map(({ name, memory }) => [name, ...roles.map((role) => mebibytes(memory[role] ?? 0))]),
  ];
}

/** What the orchestrator takes without load. */
export function idleTable({ idle }: Comparison): Table {
  return [
    ["of", "program", "processes", "cores", "MiB"],
    ...idle.map(({ platform = "-", program, processes, cores, memory }) => [
      platform,
      program,
      String(processes),
      cores.toFixed(3),
      mebibytes(memory),
    ]),
  ];
}

/** The law, and what was measured against it. */
export function uslTable({ one, contention, coherence, peak, residuals }: Usl): Table {
  return [
    ["replicas", "held per s", "the law's", "residual"],
    ...residuals.map(({ size, rate, law }) => [
      String(size),
      count(rate),
      count(law),
      percent((rate - law) / law),
    ]),
    [
      `one replica ${count(one)} a second, contention ${contention.toFixed(4)}, coherence ${coherence.toFixed(5)}`,
      "",
      "",
      peak === undefined ? "no peak" : `peak at ${peak.toFixed(1)}`,
    ],
  ];
}

/** Each figure against an earlier comparison. */
export function baselineTable({ rows, tolerance }: NonNullable<Comparison["baseline"]>): Table {
  return [
    ["size", "figure", "times the baseline's", `worse by more than ${tolerance} %`],
    ...rows.map(({ arm, what, estimate, worse }) => [
      arm,
      what,
      estimate ? cell(estimate) : "-",
      worse ? "yes" : "no",
    ]),
  ];
}

/** Every run, void ones among them. */
export function runTable({ runs }: Comparison): Table {
  return [
    [
      "round",
      "size",
      "held per s",
      "steps",
      "search ended",
      "users' requests",
      "failed",
      "connections",
      "void",
    ],
    ...runs.map(({ round, arm, held, steps, end, users, void: why }) => [
      String(round),
      arm,
      count(held),
      String(steps.length),
      end.verdict.state === "void" ? "void" : "objective broke",
      count(users.requests),
      count(users.failed),
      count(users.connections),
      why || "no",
    ]),
  ];
}

/** Every step of every search, void ones among them. */
export function stepTable({ runs }: Comparison): Table {
  return [
    [
      "round",
      "size",
      "asked per s",
      "sent per s",
      "dropped",
      "failed",
      "p50",
      "p99",
      "generator",
      "objective",
    ],
    ...runs.flatMap(({ round, arm, steps }) =>
      steps.map(({ rate, all, dropped, cores, verdict }) => [
        String(round),
        arm,
        ...sentCells(rate, all, dropped),
        ...judgedCells(cores, verdict),
      ]),
    ),
  ];
}
