// What a generator writes of each request: a line, the same from k6 and from the built-in one. k6 imports this file,
// too: nothing but other files of this folder may be imported here.

import { ROUTES, type RouteName } from "./profiles.ts";

export interface Sample {
  /** When the request was meant to start, in milliseconds since 1970. */
  at: number;
  route: RouteName;
  /** 0 where no answer came. */
  status: number;
  /** Microseconds from when the request was meant to start to the last byte of its answer. */
  latency: number;
  /** Of these, before it was sent: late, waiting for a connection, or connecting. */
  blocked: number;
  /** Of these, connecting; 0 where a connection was there. */
  connect: number;
  /** Who answered, as X-Served-By says. */
  replica: string;
  /** The count that was answered. */
  value?: number | undefined;
  /** Why the request failed; empty if it did not. */
  error: string;
  /** Bytes of the answer's body; unknown of samples that are older than this column. */
  size?: number | undefined;
}

export const COLUMNS = "at,route,status,latency,blocked,connect,replica,value,error,size";
/** Begins the lines of samples, so that nothing else that a program prints is taken for one. */
const MARK = "~";

export function sampleLine({ at, route, status, latency, blocked, connect, ...rest }: Sample): string {
  const times = [latency, blocked, connect].map((time) => Math.max(0, Math.round(time))).join();
  const { replica, value = "", error, size = "" } = rest;
  const texts = [plain(replica), value, plain(error), size].join();
  return `${MARK}${Math.round(at)},${route},${status},${times},${texts}`;
}

const plain = (text: string) => text.replaceAll(/[,\s]+/g, " ").slice(0, 80);

/** Reads a line; undefined where it is no sample, or half of one. */
export function parseSample(line: string): Sample | undefined {
  if (!line.startsWith(MARK)) return undefined;
  const cells = line.slice(MARK.length).split(",");
  const [at, route = "", status, latency, blocked, connect, replica = "", value, error, size = ""] = cells;
  if (error === undefined || !Object.hasOwn(ROUTES, route)) return undefined;
  const numbers = [at, status, latency, blocked, connect].map(Number);
  if (numbers.some((number) => !Number.isFinite(number))) return undefined;
  return {
    at: Number(at),
    route: route as RouteName,
    status: Number(status),
    latency: Number(latency),
    blocked: Number(blocked),
    connect: Number(connect),
    replica,
    value: value === "" ? undefined : Number(value),
    error,
    ...(size !== "" && { size: Number(size) }),
  };
}

/** What of the answer is wrong; empty if nothing is. The page is HTML, all else a count. */
export function faultOf(route: RouteName, status: number, value: number | undefined, type: string): string {
  if (status !== 200) return String(status);
  if (route === "page") return type.startsWith("text/html") ? "" : "no page";
  return Number.isSafeInteger(value) && value! >= 0 ? "" : "no count";
}

/** The count in an answer's body. */
export function valueIn(body: string): number | undefined {
  const digits = /^\{"value":(\d+)\}$/.exec(body)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The last line of a generator: what its samples do not tell. */
export interface Ending {
  /** Requests that were due, and not sent because too many were under way. */
  dropped: number;
}

const END = "~end ";
export const endingLine = (ending: Ending) => END + JSON.stringify(ending);
export const parseEnding = (line: string) =>
  line.startsWith(END) ? (JSON.parse(line.slice(END.length)) as Ending) : undefined;
