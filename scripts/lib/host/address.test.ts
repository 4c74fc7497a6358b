import { networkInterfaces } from "node:os";
import t from "tap";
import { isThisHost } from "./address.ts";

t.test("loopback and the machine's own addresses are this host", async (t) => {
  const own = Object.values(networkInterfaces()).flatMap((list) => list!.map(({ address }) => address));
  for (const name of [
    "127.0.0.1",
    "127.9.9.9",
    "[::1]",
    "localhost",
    ...own.filter((it) => !it.includes("%")),
  ])
    t.equal(await isThisHost(name), true, name);
});

t.test("everything else is not, nor is a name that nobody knows", async (t) => {
  for (const name of ["192.0.2.1", "2001:db8::1", "no-such-host.invalid"])
    t.equal(await isThisHost(name), false, name);
});
