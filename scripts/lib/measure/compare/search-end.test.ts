import t from "tap";
import { type End, limitOfEnds } from "./search-end.ts";

const one = { threads: "one" } as const;
const BROKE = { state: "broke", why: "p99 of 200 ms" } as const;
const VOID = { state: "void", why: "12 requests were dropped" } as const;

const endOf = (idle: number, replicas: number, verdict: End["verdict"] = BROKE): End => ({
  cores: { generator: 0.2, replicas, idle },
  strain: { busiest: 0.5, throttled: 0, kernel: 0.4, disk: 0 },
  verdict,
});

t.test("the limit is what most searches ended with, with the mean of their figures", async (t) => {
  const ends = [endOf(0.1, 1), endOf(1.2, 0.3), endOf(0.2, 1.4)];
  t.same(limitOfEnds(ends, one, 2), {
    what: "machine",
    text: "both cores were busy (replicas 60 %, generator 10 %)",
  });
  t.match(limitOfEnds([endOf(1, 0.3), endOf(1.2, 0.3), endOf(0.2, 1)], one, 2), {
    what: "elsewhere",
    text: /55 % of it was left/,
  });
});

t.test("searches that the generator ended have it as their limit, and say why", async (t) => {
  t.match(limitOfEnds([endOf(1.2, 0.3, VOID), endOf(1.2, 0.3, VOID), endOf(0.1, 1)], one, 2), {
    what: "generator",
    text: "the generator could send no more, since 12 requests were dropped",
  });
  const full = { ...endOf(1, 0.3), cores: { generator: 0.9, idle: 1 } };
  t.match(limitOfEnds([full, endOf(1.2, 0.3, VOID)], one, 2), { what: "generator" });
});
