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
 * Asks the front door again and again until the last answers, three for each replica, all came from this version
 * and from as many replicas as there shall be. Throws a Failure (ran out of time) after the deadline, in seconds.
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
      return (
        answers.every((answer) => answer?.version === expected.version) && replicas.size === expected.replicas
      );
    },
  );
}

/** Each request has a connection of its own, so that it may reach another replica. */
async function askVersion(url: string): Promise<VersionAnswer> {
  const request = get(`${url}/version`, { agent: false, signal: AbortSignal.timeout(2000) });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode !== 200) throw new Error(`${url}/version answered ${response.statusCode}`);
  return JSON.parse(body) as VersionAnswer;
}
