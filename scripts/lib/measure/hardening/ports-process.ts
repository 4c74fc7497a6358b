// Tries every port of this host from a network of its own, as `make prove` orders it. Is started by prove alone.

import { openPorts } from "./ports.ts";

// It ends with who started it.
process.stdin
  .on("end", () => process.kill(process.pid, "SIGKILL"))
  .resume()
  .unref();
const { address } = JSON.parse(process.argv[2] ?? "") as { address: string };
process.stdout.write(JSON.stringify(await openPorts(address)));
