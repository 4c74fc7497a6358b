import { connect } from "node:net";
import { listener } from "../../host/port.ts";
import type { Finding } from "./checks.ts";

/** A port that is open on this host's address. */
interface Open {
  port: number;
  /** Who listens, as far as this host knows. */
  who: string;
  /** Whether the counter, its metrics or its Redis answer there. */
  ours: boolean;
}

const LAST_PORT = 65_535;
const AT_ONCE = 400;
/** Milliseconds: on the own address an answer is there at once, a refusal, too. */
const PATIENCE = 500;
const ANSWER = 1500;
/** What a Redis, a replica or its metrics say to this; none of it is said by anything else. */
const QUESTION = "GET /metrics HTTP/1.0\r\n\r\n";
const OURS = /x-served-by|counter_|-NOAUTH|-ERR wrong number of arguments|-DENIED/i;

/** Tries every port of an address of this host, and asks those that are open who they are. */
export async function openPorts(address: string): Promise<Open[]> {
  const open: number[] = [];
  let next = 1;
  const walk = async () => {
    for (let port = next++; port <= LAST_PORT; port = next++)
      if ((await exchange(address, port, "", PATIENCE)) !== undefined) open.push(port);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, walk));
  return Promise.all(
    open
      .toSorted((a, b) => a - b)
      .map(async (port) => {
        const answer = (await exchange(address, port, QUESTION, ANSWER)) ?? "";
        return { port, who: (await listener(port)) ?? "no process of its own", ours: OURS.test(answer) };
      }),
  );
}

/** What is answered; undefined where nothing listens. Without a question it only knocks. */
async function exchange(
  host: string,
  port: number,
  question: string,
  ms: number,
): Promise<string | undefined> {
  const socket = connect({ host, port }).on("error", () => {});
  const timer = setTimeout(() => socket.destroy(), ms);
  let [text, there] = ["", false];
  socket.on("connect", () => {
    there = true;
    if (question) socket.write(question);
    else socket.destroy();
  });
  socket.on("data", (chunk) => (text += chunk.toString("latin1")));
  await new Promise((resolve) => socket.once("close", resolve));
  clearTimeout(timer);
  return there ? text : undefined;
}

/** Of all that is open, only the door may be the deployment's. */
export function doorsOf(address: string, door: number, open: Open[]): Finding {
  const others = open.filter(({ port, ours }) => ours && port !== door);
  const there = open.some(({ port }) => port === door);
  const names = open
    .filter(({ port }) => port !== door)
    .map(({ port, who, ours }) => `${port} ${ours ? "the counter's or Redis'" : who.replace(/ \(.*/, "")}`);
  return {
    what: "the front door is open, and nothing else of ours",
    where: address,
    seen: `${there ? "the door" : "no door"}${names.length > 0 ? `; beside it ${names.join(", ")}` : ""}`,
    met: there && others.length === 0,
  };
}
