// Sends malformed requests, each over a connection of its own, and asks in between as a client of good will does.

import { once } from "node:events";
import { connect, type TcpNetConnectOpts } from "node:net";
import { type Malformed, malformed } from "./corpus.ts";

export interface Report {
  sent: number;
  /** How often each status was answered, by kind of request; "none" where the connection ended without one. */
  statuses: Record<string, Record<string, number>>;
  /**
   * Answers of 500 and above, or to a request that was hidden in another one, and connections that were refused, or neither
   * answered nor ended; the first few of them.
   */
  faults: Fault[];
  faulty: number;
  /** What the client of good will got that it had not asked for. */
  misled: string[];
  /** Requests of the client of good will. */
  asked: number;
}

interface Fault {
  kind: string;
  /** The beginning of what was sent, as JSON writes it. */
  request: string;
  what: string;
}

export interface Target {
  host: string;
  port: number;
  /** What malformed requests come from, in turn; chosen by the system if not said. */
  addresses?: string[];
}

const AT_ONCE = 32;
/** The server's own limits for a request that does not get on are below. */
const PATIENCE_MS = 15_000;
const SHOWN = 10;

/** Sends so many requests of the seed's. Throws when nothing listens there. */
export async function sendMalformed(target: Target, count: number, seed: number): Promise<Report> {
  const report: Report = { sent: 0, statuses: {}, faults: [], faulty: 0, misled: [], asked: 0 };
  const requests = malformed(count, seed);
  await exchange(target, Buffer.from("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  const client = async () => {
    for (const request of requests) await sendOne(target, request, report);
  };
  const all = Promise.all(Array.from({ length: AT_ONCE }, client));
  const end = new AbortController();
  const other = askMeanwhile(target, report, end.signal);
  await all;
  end.abort();
  await other;
  return report;
}

async function sendOne(target: Target, { kind, bytes, hides }: Malformed, report: Report): Promise<void> {
  let failed: string | undefined;
  const { addresses = [] } = target;
  const localAddress = addresses[report.sent % addresses.length];
  const text = await exchange({ ...target, localAddress }, bytes).catch((error: Error) => {
    failed = error.message;
    return "";
  });
  report.sent++;
  // An answer begins where the one before ends, which may be in the middle of a line.
  const statuses = text.match(/HTTP\/1\.[01] \d{3}/g)?.map((line) => line.slice(-3)) ?? ["none"];
  const its = (report.statuses[kind] ??= {});
  for (const status of statuses) its[status] = (its[status] ?? 0) + 1;
  const broken =
    hides && statuses.length > 1 ? statuses : statuses.filter((status) => status.startsWith("5"));
  const what = failed ?? (broken.length > 0 && `answered ${broken.join(", ")}`);
  if (!what) return;
  report.faulty++;
  const request = JSON.stringify(bytes.toString("latin1").slice(0, 200));
  if (report.faults.length < SHOWN) report.faults.push({ kind, request, what });
}

/**
 * Sends bytes and nothing after them, and gives what comes until the connection ends. Throws when there is none, or it does
 * not end.
 */
async function exchange(to: TcpNetConnectOpts, bytes: Buffer): Promise<string> {
  const socket = connect(to);
  await once(socket, "connect");
  let text = "";
  let late = false;
  socket.on("data", (chunk) => (text += chunk.toString("latin1")));
  // The other side may close while we send.
  socket.on("error", () => {});
  const timer = setTimeout(() => {
    late = true;
    socket.destroy();
  }, PATIENCE_MS);
  socket.end(bytes);
  if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
  clearTimeout(timer);
  if (late) throw new Error("neither answered nor ended");
  return text;
}

/** What a path answers, and no other. */
const EXPECTED: Record<string, RegExp> = {
  "/livez": /^\{"status":"alive"\}$/,
  "/api/counter": /^\{"value":\d+\}$/,
  "/version": /^\{"version":/,
};

/** Asks over connections that are kept, so that an answer meant for somebody else would be seen. */
async function askMeanwhile({ host, port }: Target, report: Report, end: AbortSignal): Promise<void> {
  const paths = Object.entries(EXPECTED);
  while (!end.aborted) {
    const [path, expected] = paths[report.asked % paths.length]!;
    report.asked++;
    const answer = await fetch(`http://${host}:${port}${path}`)
      .then(async (response) => `${response.status} ${await response.text()}`)
      .catch((error: Error) => `no answer: ${error.message}`);
    if (answer.startsWith("200 ") && expected.test(answer.slice(4))) continue;
    if (report.misled.length < SHOWN) report.misled.push(`GET ${path}: ${answer.slice(0, 200)}`);
  }
}
