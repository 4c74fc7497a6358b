import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

/** Whether a host name or address means this machine and nothing else. */
export async function isThisHost(name: string): Promise<boolean> {
  const bare = name.replace(/^\[(.*)\]$/, "$1");
  const addresses = await lookup(bare, { all: true }).catch(() => []);
  const own = Object.values(networkInterfaces()).flatMap((list) => list!.map(({ address }) => address));
  const isOwn = (address: string) =>
    loopback.check(address, isIP(address) === 6 ? "ipv6" : "ipv4") || own.includes(address);
  return addresses.length > 0 && addresses.every(({ address }) => isOwn(address));
}
