import { PERCENTILES } from "../digest.ts";
import { levelText } from "../statistics.ts";
import { budgetText, type Comparison } from "../result.ts";

const seconds = (value: number) => `${value} s`;

/** How it was measured, a point a line, with this run's numbers: enough to doubt it, and to do it again. */
export function methodOf(comparison: Comparison): string[] {
  const { method, differences, arms } = comparison;
  const { generator, lengths, rounds, seed, users, p99 } = method;
  const level = differences[0]?.rate.level;
  return [
    `Two workloads. The original's users: ${users}, who arrive within ${seconds(lengths.ramp)} and wait 0.5 to 2 s between requests, for ${seconds(lengths.users)} more (a closed model: they send less when the counter is slow). And the highest rate held: an open model, in which requests come at a rate, answered or not, each timed from when it was meant to start.`,
    `The highest rate is the last of the steps of ${seconds(lengths.step)}, each ${Math.round(100 * (lengths.raise - 1))} % above the one before, whose 99th percentile was at most ${p99} ms and of which no request failed; two in a row that do not meet that end the search. Of it, the rate that was really sent counts.`,
    `Resets are left out in all runs, and their share is read: a comparison loses no count.`,
    `Before each run, the deployment was brought to its size, waited for until all replicas served, and warmed up for ${seconds(lengths.warmUp)}, which was thrown away; so was the time in which the users arrived. The steady window is the ${seconds(lengths.users)} after.`,
    `${rounds} ${rounds === 1 ? "round" : "rounds"}; in each, every size ran once and the first one twice, in an order shuffled anew with the seed ${seed}.`,
    `The run is the unit, not the request: a difference is the geometric mean of the rounds' ratios, each of two runs of the same round, with ${howSure(level)}.`,
    `The same size measured twice in each round (A/A) is the noise floor: a difference counts when its interval leaves 1 out and it is further from 1 than any end of the floor's interval.`,
    `Percentiles are of all requests of all rounds merged, never means of percentiles; the distribution is read off at ${PERCENTILES.join(", ")} %.`,
    `A step in which requests were dropped, less than 95 % of the rate was sent, or the generator filled its CPU, says something about the generator: it is void, shown, and never the highest rate. A run during which somebody changed the deployment, or one of its processes was replaced, is void as a whole.`,
    `CPU limit: ${budgetText(method)}.`,
    `CPU and memory are told apart by the processes' names, and by whose containers they are in; CPU as means over each step. "kernel and others" is the rest of what was busy: network interrupts, and whatever another orchestrator of this machine runs.${method.orchestrators.includes("k3s") ? " k3s has kube-proxy, the kubelet and its datastore in its own process: they are in its orchestrator's figures." : ""} The recorder is the process that keeps the samples. The generator runs on the machine that it measures, and what it takes the counter lacks: rates are of this machine with it.`,
    `Sent by ${generator.name} (${generator.version}), which has ${generator.threads === "one" ? "one thread" : "as many threads as there are cores"}. ${arms.length > 0 ? "Connecting is in a request's time, and shown by itself, of those users, too, who came before all were there." : ""}`,
    `Every sample is kept in raw/ beside this page, a file for each run and workload; versions, limits, kernel, settings and the command are below, and all figures in compare.json.`,
  ];
}

function howSure(level: number | undefined): string {
  if (level === undefined) return "no interval, since there is one round";
  const few =
    level < 0.95
      ? `; so few rounds give no more than their own range, which is right in ${levelText(level)} of cases at most, and that stands in each bracket`
      : "";
  return `a bootstrap interval (percentiles of 10,000 seeded resamples of the rounds, widened for few rounds) of ${levelText(level)}${few}`;
}
