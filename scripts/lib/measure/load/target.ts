import { Client } from "undici";
import { valueIn } from "../../../../checks/load/samples.ts";
import { choose } from "../../deployment/choose.ts";
import { requireDeployed } from "../../deployment/deployed.ts";
import { isThisHost } from "../../host/address.ts";
import { confirm } from "../../run/confirm.ts";
import { EXIT, Failure } from "../../run/failure.ts";
import type { OptionValues } from "../../run/options.ts";
import type { Settings } from "../../run/settings.ts";
import type { Platform } from "../platform.ts";

/** Where the load goes. */
export interface Target {
  url: string;
  /** Of this host's deployment; "url" where only an address was given. */
  orchestrator: Platform | "url";
  replicas: number;
  /** Whether its processes are on this machine. */
  local: boolean;
  /** The counter's before the load. */
  count: number;
  /** Of the counter's code, as it says itself. */
  version: string;
}

/** Whose processes answer it; undefined where only an address was given. */
export const platformOfTarget = ({ orchestrator }: Pick<Target, "orchestrator">): Platform | undefined =>
  orchestrator === "url" ? undefined : orchestrator;

/** Seconds for one answer; requests, over a connection each, in which every replica shows. */
const ANSWER_SECONDS = 5;
const PROBES = 20;

/**
 * The address that was given, or else what is deployed here. Asks before a load leaves this machine. Throws a Failure
 * (refused) when the target is not the counter.
 */
export async function loadTarget(settings: Settings, options: OptionValues): Promise<Target> {
  const given = options.baseUrl === undefined ? undefined : originOf(options.baseUrl);
  if (given === undefined) {
    const orchestrator = await choose(options);
    const { url, replicas } = await requireDeployed(orchestrator, settings);
    return { url, orchestrator: orchestrator.name, replicas, local: true, ...(await examine(url)) };
  }
  const local = await isThisHost(new URL(given).hostname);
  if (!local && !options.yes) await confirm(awayQuestion(given), "make load YES=1 BASE_URL=...");
  const found = await examine(given);
  return { url: given, orchestrator: "url", replicas: await countReplicas(given), local, ...found };
}

/** What is asked before a load leaves this machine. */
export const awayQuestion = (given: string) => `${given} is not this machine. Send the load there?`;

/** A front door as it was given, without the slash at its end. Throws a usage Failure where it is none. */
export function originOf(given: string): string {
  const url = URL.parse(given);
  if (url && /^https?:$/.test(url.protocol) && url.pathname === "/") return url.origin;
  throw new Failure(`BASE_URL is "${given}"; it is a URL like http://192.0.2.7`, { code: EXIT.usage });
}

async function examine(url: string): Promise<Pick<Target, "count" | "version">> {
  const { status, body, headers } = await ask(url, "/api/counter").catch((error: Error) => {
    throw new Failure(`${url} does not answer: ${error.message}`, {
      code: EXIT.refused,
      hint: "make status",
    });
  });
  const count = valueIn(body);
  if (status === 200 && count !== undefined && headers["x-served-by"])
    return { count, version: String(headers["x-app-version"] ?? "") };
  const answered = `GET /api/counter answered ${status} ${body.slice(0, 100)}`;
  throw new Failure(`${url} is not the counter: ${answered}`, { code: EXIT.refused });
}

/** The present count; undefined where none is answered. */
export async function countOf(url: string): Promise<number | undefined> {
  const answer = await ask(url, "/api/counter").catch(() => undefined);
  return answer?.status === 200 ? valueIn(answer.body) : undefined;
}

async function countReplicas(url: string): Promise<number> {
  const seen = new Set<string>();
  for (let left = PROBES; left > 0; left--)
    seen.add(String((await ask(url, "/version")).headers["x-served-by"]));
  return seen.size;
}

/** Over a connection of its own, so that each request may reach another replica. */
async function ask(url: string, path: string) {
  const client = new Client(url);
  try {
    const signal = AbortSignal.timeout(ANSWER_SECONDS * 1000);
    const { statusCode, headers, body } = await client.request({ path, method: "GET", signal });
    return { status: statusCode, headers, body: await body.text() };
  } finally {
    await client.destroy();
  }
}
