import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { until } from "../run/wait.ts";

interface VersionAnswer {
  version: string;
  replica: string;
}

/** The front door of this host. Not "localhost", which may be ::1, where an ingress port hangs (moby#53091). */
export const urlOf = (port: number) => `http://127.0.0.1${port === 80 ? "" : `:${port}`}`;

/** The version that answers at the front door. Throws if none does within two seconds. */
export async function servingVersion(url: string): Promise<string> {
  return (await askVersion(url)).version;
}

/** Why the front door does not answer, in a few words; undefined if it does. */
export async function doorState(url: string): Promise<string | undefined> {
  return servingVersion(url).then(
    () => undefined,
    (error: Error) => (error.name === "AbortError" ? "no answer in 2 s" : error.message),
  );
}

/** What each replica is asked beside its version: whether Redis answers it in time, as a write needs it, and the count. */
const ROUTES = ["/readyz", "/api/counter"];

/**
 * Asks the front door again and again until the last answers, three for each replica, all came from this version and
 * from as many replicas as there shall be, and as many to each of the other routes are 200. Throws a Failure (ran out of
 * time) after the deadline, in seconds.
 */
export async function verify(
  url: string,
  expected: { version: string; replicas: number },
  deadline: number,
): Promise<void> {
  const enough = 3 * Math.max(1, expected.replicas);
  const answers: (VersionAnswer | undefined)[] = [];
  let refused: string | undefined;
  const seen = () => {
    const replicas = new Set(answers.map((answer) => answer?.replica ?? "none"));
    const versions = new Set(answers.map((answer) => answer?.version ?? "no answer"));
    const from = `${[...versions].join(", ")} from ${replicas.size} of ${expected.replicas} replicas`;
    return refused ? `${from}, ${refused}` : from;
  };
  await until(
    { what: "the front door does not serve the version", deadline, seen, hint: "make logs" },
    async () => {
      answers.length = 0;
      refused = undefined;
      while (answers.length < enough) answers.push(await askVersion(url).catch(() => undefined));
      const replicas = new Set(answers.map((answer) => answer?.replica));
      const same = answers.every((answer) => answer?.version === expected.version);
      if (!same || replicas.size !== expected.replicas) return false;
      refused = await refusal(url, enough);
      return refused === undefined;
    },
  );
}

const askVersion = async (url: string) => JSON.parse(await ask(`${url}/version`)) as VersionAnswer;

/**
 * What a route answers that is not 200; undefined where so many requests one after the other, and with a door that takes
 * turns all replicas, answer each route.
 */
async function refusal(url: string, requests: number): Promise<string | undefined> {
  for (const route of ROUTES)
    for (let asked = 0; asked < requests; asked++) {
      const said = await ask(`${url}${route}`).catch((error: Error) => error);
      if (said instanceof Error) return said.message;
    }
  return undefined;
}

/** Each request has a connection of its own, so that it may reach another replica. Throws unless the answer is 200. */
async function ask(url: string): Promise<string> {
  const request = get(url, { agent: false, signal: AbortSignal.timeout(2000) });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  return body;
}
