// A replica's part is played by this process: what is tested is how the requests get into its network, and who is looked at.

import t from "tap";
import type { Report } from "../../../../checks/malformed/send.ts";
import { asRoot } from "../../run/shell.ts";
import { whyNoMachine } from "../../testing/machine.ts";
import { startLiar } from "../../testing/liar.ts";
import { inNetworkOf, runApart } from "../apart.ts";
import { type Body, changes, type Order } from "./malformed.ts";

const MIB = 2 ** 20;
const body = (name: string, pid: number, memory: number): Body => ({ name, pid, memory: memory * MIB });

t.test("what ends, is started again under its name, or grows is told", async (t) => {
  const first = [body("app.1", 1, 50), body("redis.1", 2, 10)];
  const warm = [body("app.1", 1, 90), body("redis.1", 2, 10)];
  t.same(changes(first, warm, [body("app.1", 1, 150), body("redis.1", 2, 11)]), []);
  t.match(changes(first, warm, [body("app.1", 1, 160), body("redis.1", 2, 11)]), [/^app\.1 grew by 70 MiB/]);
  t.same(changes(first, warm, [body("app.1", 3, 50), body("redis.1", 2, 10)]), ["app.1 ended"]);
  t.same(changes(first, warm, [body("redis.1", 2, 10)]), ["app.1 ended"]);
});

const skip = (await whyNoMachine()) ?? false;
t.test("requests come from within a container's network", { skip }, async (t) => {
  const { url, requests } = await startLiar(t);
  const target = { host: "127.0.0.1", port: Number(new URL(url).port) };
  const order: Order = { target, count: 20, seed: 1 };
  const file = "scripts/lib/measure/prove/malformed-process.ts";
  const report = await runApart<Report>(inNetworkOf({ name: "this", pid: process.pid }), file, order);
  t.equal(report.sent, 20);
  t.ok(requests() > 0);
  const other = [...asRoot, "unshare", "--net"];
  await t.rejects(
    runApart(other, file, order),
    { message: /malformed-process\.ts ended with exit code/ },
    "another network has no such server",
  );
});
