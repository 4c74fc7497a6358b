import type { Report, Target } from "../../../../checks/malformed/send.ts";
import { EXIT, Failure } from "../../run/failure.ts";
import { addresses, doorThere, elsewhere, inNetworkOf, runApart } from "../apart.ts";
import { count as number } from "../load/tables.ts";
import { family, memoryOf, serverOf } from "../processes.ts";
import type { Answers, Done, Stage } from "./stage.ts";

/** What is sent, and where to. */
export interface Order {
  target: Target;
  count: number;
  seed: number;
}

/** A container of the deployment with its server, and the bytes that its processes have in memory. */
export interface Body {
  name: string;
  pid: number;
  memory: number;
}

const SEED = 18;
/** Requests before memory is looked at: what a process takes once and keeps is not what is looked for. */
const WARM_UP = 1000;
/** MiB. Young objects of a replica alone come and go by some tens; a leak of 1 KiB a request takes 98 in 100,000. */
const MOST_GROWN = 64;
/** Each has 28,000 ports, which rest for a minute: those of this host are for the load. */
const ADDRESSES = addresses(4);
/** Where a replica listens, in its own network. */
const REPLICA = { host: "127.0.0.1", port: 8000 };
const PROGRAM = "scripts/lib/measure/prove/malformed-process.ts";

/**
 * So many malformed requests to the front door, and as many straight to a replica. None may fail them, mislead others, end
 * a process or let one grow. Throws a Failure where no replica runs here.
 */
export async function malformedRequests(stage: Stage, count: number): Promise<Done> {
  const first = await look(stage);
  const warmUp = await sendBoth(stage, WARM_UP, SEED);
  const warm = await look(stage);
  const sent = await sendBoth(stage, count, SEED + 1);
  const last = await look(stage);
  const requests = sent.map(({ to, report }) => `${number(report.sent)} sent to a ${to}`).join(", ");
  return {
    note: `${requests}; the most that one grew: ${mebibytes(mostGrown(warm, last))} MiB`,
    problems: [...[...warmUp, ...sent].flatMap(faultsOf), ...changes(first, warm, last)],
    answers: sent.map(({ to, report: { statuses } }) => ({ to, statuses })),
  };
}

interface Sent {
  to: Answers["to"];
  report: Report;
}

async function sendBoth(stage: Stage, count: number, seed: number): Promise<Sent[]> {
  const door: Target = { ...doorThere(stage.door), addresses: ADDRESSES };
  const [one] = await stage.orchestrator.containersOf(stage.settings, "app");
  if (!one) throw new Failure("no replica runs here", { code: EXIT.refused });
  const send = (network: string[], target: Target) =>
    runApart<Report>(network, PROGRAM, { target, count, seed } satisfies Order);
  return [
    { to: "door", report: await send(elsewhere(ADDRESSES), door) },
    { to: "replica", report: await send(inNetworkOf(one), REPLICA) },
  ];
}

/** What about the answers is wrong. */
function faultsOf({ to, report: { faulty, faults, misled } }: Sent): string[] {
  return [
    ...(faulty > 0 ? [`${faulty} failed a ${to}: ${faults[0]!.kind} ${faults[0]!.what}`] : []),
    ...(misled.length > 0 ? [`another client of a ${to} was misled: ${misled[0]}`] : []),
  ];
}

/** Every container of the deployment. On k3s, one that is started again keeps its name, and not its number. */
async function look({ orchestrator, settings, containers }: Stage): Promise<Body[]> {
  const parts = Object.keys(containers).map((part) => orchestrator.containersOf(settings, part));
  return (await Promise.all(parts)).flat().map(({ name, pid }) => {
    const memory = family(pid).reduce((sum, one) => sum + memoryOf(String(one)), 0);
    return { name, pid: serverOf(pid), memory };
  });
}

const of = (bodies: Body[], { name, pid }: Body) =>
  bodies.find((one) => one.name === name && one.pid === pid);
const grown = (before: Body[], one: Body) => one.memory - (of(before, one)?.memory ?? one.memory);
const mostGrown = (before: Body[], after: Body[]) => Math.max(0, ...after.map((one) => grown(before, one)));
const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);

/** What became of containers that shall be as they were: gone or started again since the first look, or larger since the second. */
export function changes(first: Body[], warm: Body[], last: Body[]): string[] {
  const ended = first.filter((one) => !of(last, one)).map(({ name }) => `${name} ended`);
  const larger = last
    .filter((one) => grown(warm, one) > MOST_GROWN * 2 ** 20)
    .map((one) => `${one.name} grew by ${mebibytes(grown(warm, one))} MiB, and ${MOST_GROWN} are the most`);
  return [...ended, ...larger];
}
