import t from "tap";
import { countOf } from "./dump.ts";

/** What Redis 7.0 gave for DUMP. */
const DUMPS: [dump: string, count: number][] = [
  ["00c0070a0074cd48a283abce92", 7],
  ["00c1ff000a00dcaf7b93bdf01337", 255],
  ["00c2a08601000a00f12403506f2fa674", 100_000],
  ["000a333030303030303030300a00e7076b7954bb7947", 3_000_000_000],
];

t.test("a count is read whatever way Redis has written it", async (t) => {
  for (const [dump, count] of DUMPS) t.equal(countOf(Buffer.from(dump, "hex")), count, dump);
});

t.test("anything else is no count", async (t) => {
  const wrong: Record<string, string> = {
    "a list": "1201020a0a0000000100816102ff0a0009b9edf594ded995",
    text: "00036162630a00d9ac303d4172a2e2",
    "a length that is not its own": "000433303030300a001122334455667788",
    "a compressed string": "00c3092c013030e01f000130300a00c0d1c9c587dde636",
    "nothing but a footer": "0a001122334455667788",
    nothing: "",
  };
  for (const [what, dump] of Object.entries(wrong))
    t.equal(countOf(Buffer.from(dump, "hex")), undefined, what);
});
