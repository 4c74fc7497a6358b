/**
 * Exits with 0 when the service on this machine has started, else with 1. For a container's HEALTHCHECK,
 * in images without curl. It asks /startupz: an outage of Redis must not get healthy replicas killed.
 */
import { get } from "node:http";

const port = process.env["PORT"] || "8000";
process.exitCode = 1;

const request = get({ host: "127.0.0.1", port, path: "/startupz", timeout: 2000 }, (response) => {
  response.resume();
  if (response.statusCode === 200) process.exitCode = 0;
  else console.error(`/startupz answered ${response.statusCode}`);
});
request.on("timeout", () => request.destroy(new Error("no answer within 2 s")));
request.on("error", (error) => console.error(`/startupz: ${error.message}`));
