import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

/** The deployment under check. */
export const frontDoor = new URL(process.env["BASE_URL"] ?? "http://127.0.0.1");

const AT_ONCE = 8;

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON; empty if it is none. */
  body: { value?: number; error?: string; version?: string; redis?: string };
}

/**
 * Sends a request over a connection of its own, so that each may reach another replica. Throws on no answer in 5 s,
 * with what was asked and when.
 */
export async function ask(method: "GET" | "POST", path: string): Promise<Answer> {
  const since = new Date();
  return answerTo(method, path).catch((error: Error) => {
    const why = error.name === "AbortError" ? "no answer in 5 s" : error.message;
    throw new Error(`${method} ${path} at ${since.toISOString()}: ${why}`);
  });
}

async function answerTo(method: "GET" | "POST", path: string): Promise<Answer> {
  const sent = request(new URL(path, frontDoor), {
    method,
    agent: false,
    signal: AbortSignal.timeout(5000),
  }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const body = await text(response);
  const json = response.headers["content-type"]?.startsWith("application/json");
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: body,
    body: json ? JSON.parse(body) : {},
  };
}

/** Sends the same request many times, a few at once: enough to compete, and no load test. */
export async function askMany(count: number, method: "GET" | "POST", path: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  let left = count;
  const client = async () => {
    while (left-- > 0) answers.push(await ask(method, path));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return answers;
}

/** The present count. Throws, with what was answered, when the counter does not give one. */
export async function counter(): Promise<number> {
  const { status, text: answer, body } = await ask("GET", "/api/counter");
  if (status === 200 && typeof body.value === "number") return body.value;
  throw new Error(
    `${frontDoor.href} is no counter: GET /api/counter answered ${status} ${answer.slice(0, 200)}`,
  );
}
