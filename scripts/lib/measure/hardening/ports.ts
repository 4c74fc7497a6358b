import { connect } from "node:net";

/** A TCP port that is open. */
export interface Open {
  port: number;
  /** Whether the counter, its metrics or a Redis answer there. */
  ours: boolean;
}

const LAST_PORT = 65_535;
const AT_ONCE = 400;
/** Milliseconds: on the way to this host an answer is there at once, a refusal, too. */
const PATIENCE = 500;
const ANSWER = 1500;
/** What a Redis, a replica or its metrics say to this; none of it is said by anything else. */
const QUESTION = "GET /metrics HTTP/1.0\r\n\r\n";
const OURS = /x-served-by|counter_|-NOAUTH|-ERR wrong number of arguments|-DENIED/i;

/** Tries every port of an address, and asks those that are open who they are. */
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
        return { port, ours: OURS.test(answer) };
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
