// Sends malformed requests from a network of its own, or from that of a replica's container. Is started by prove alone.

import { sendMalformed } from "../../../../checks/malformed/send.ts";
import type { Order } from "./malformed.ts";

// It ends with who started it.
process.stdin
  .on("end", () => process.kill(process.pid, "SIGKILL"))
  .resume()
  .unref();
const { target, count, seed } = JSON.parse(process.argv[2] ?? "") as Order;
process.stdout.write(JSON.stringify(await sendMalformed(target, count, seed)));
