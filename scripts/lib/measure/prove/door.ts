import { doorState } from "../../deployment/front-door.ts";
import { ownAddress } from "../../host/own-address.ts";

/**
 * The front door as clients elsewhere reach it, if it answers there, or else as this host does. Docker's userland proxy,
 * where an engine has it, carries connections to 127.0.0.1 and no others, and it ends under many new ones (tried with
 * Docker 20.10: 500 a second, after 6 s).
 */
export async function outerDoor(url: string): Promise<string> {
  const address = await ownAddress();
  if (new URL(url).hostname !== "127.0.0.1" || address === undefined) return url;
  const outer = url.replace("127.0.0.1", address);
  return (await doorState(outer)) === undefined ? outer : url;
}
