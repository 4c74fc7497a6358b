// What the counter is measured against: one Fastify route, and the same route with one INCR. Nothing else.
//   PORT=8001 REDIS_URL=redis://127.0.0.1:6379 node scripts/lib/measure/bare.ts

import fastify from "fastify";
import { Redis } from "ioredis";

const app = fastify();
const url = process.env["REDIS_URL"];
if (url) {
  const redis = new Redis(url);
  app.post("/api/counter/increment", async () => ({ value: await redis.incr("counter:value") }));
} else {
  let value = 0;
  app.post("/api/counter/increment", async () => ({ value: ++value }));
}
await app.listen({ port: Number(process.env["PORT"]) });
