import { addresses, doorThere, elsewhere, runApart } from "../apart.ts";
import { count as number } from "../load/tables.ts";
import type { SlowClients, SlowEnd } from "./half-requests.ts";
import type { Done, Stage } from "./stage.ts";

/** The proxy lets 4,000 connections of one address in, and this host is one to it: slow clients come from others. */
const ADDRESSES = addresses(4);
const SLOW = "scripts/lib/measure/prove/slow-process.ts";

/**
 * So many clients, in a network of their own, send half a request and wait for so many seconds, or until they are sent
 * away. Throws a Failure where that network cannot be had.
 */
export async function holdSlowClients({ door }: Stage, count: number, seconds: number): Promise<Done> {
  const clients: SlowClients = { ...doorThere(door), addresses: ADDRESSES, count, seconds };
  return doneOf(count, await runApart<SlowEnd>(elsewhere(ADDRESSES), SLOW, clients));
}

/**
 * What became of them, in words. All are let in: no address has more of them than the proxy takes of one. Where they could
 * not be sent, or did not get in, nothing was shown.
 */
export function doneOf(count: number, { begun, left, own }: SlowEnd): Done {
  const note = `${number(begun)} of ${number(count)} were let in, ${number(left)} were still there`;
  if (own.length > 0) return { note, problems: [`not all could be sent: ${own.join(", ")}`] };
  const shut = begun === 0 ? "none reached" : `${number(count - begun)} did not reach`;
  return { note, problems: begun < count ? [`${shut} the front door from their own network`] : [] };
}
