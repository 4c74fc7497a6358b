// The clients of the act `slow`, in a process of their own, for that has addresses of its own. Is started by prove alone.

import { halfRequests, type SlowClients } from "./half-requests.ts";

const end = new AbortController();
// It ends with who started it.
process.stdin
  .on("end", () => end.abort())
  .resume()
  .unref();
const clients = JSON.parse(process.argv[2] ?? "") as SlowClients;
process.stdout.write(JSON.stringify(await halfRequests(clients, end.signal)));
