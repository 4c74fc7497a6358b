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

/**
 * Asks the front door again and again until the last answers, three for each replica, all came from this version and
 * from as many replicas as there shall be, and as many say that Redis answers them in time, as a write needs it.
 * Throws a Failure (ran out of time) after the deadline, in seconds.
 */
export async function verify(
  url: string,
  expected: { version: string; replicas: number },
  deadline: number,
): Promise<void> {
  const enough = 3 * expected.replicas;
  const answers: (VersionAnswer | undefined)[] = [];
  const seen = () => {
    const replicas = new Set(answers.map((answer) => answer?.replica ?? "none"));
    const versions = new Set(answers.map((answer) => answer?.version ?? "no answer"));
    return `${[...versions].join(", ")} from ${replicas.size} of ${expected.replicas} replicas`;
  };
  await until(
    { what: "the front door does not serve the version", deadline, seen, hint: "make logs" },
    async () => {
      answers.length = 0;
      while (answers.length < enough) answers.push(await askVersion(url).catch(() => undefined));
      const replicas = new Set(answers.map((answer) => answer?.replica));
      const same = answers.every((answer) => answer?.version === expected.version);
      return same && replicas.size === expected.replicas && (await areReady(url, enough));
    },
  );
}

const askVersion = async (url: string) => JSON.parse(await ask(`${url}/version`)) as VersionAnswer;

/** Whether so many requests one after the other, and with a door that takes turns all replicas, are told to be ready. */
async function areReady(url: string, requests: number): Promise<boolean> {
  for (let asked = 0; asked < requests; asked++) {
    if (!(await ask(`${url}/readyz`).catch(() => undefined))) return false;
  }
  return true;
}

/** Each request has a connection of its own, so that it may reach another replica. Throws unless the answer is 200. */
async function ask(url: string): Promise<string> {
  const request = get(url, { agent: false, signal: AbortSignal.timeout(2000) });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  return body;
}
