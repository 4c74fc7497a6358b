/** Three Redis and three Sentinels on loopback. */
import type { Test } from "tap";
import { freePort } from "./redis.ts";
import { redisServer, type Server } from "./redis-server.ts";
import { until } from "./until.ts";

/** What the master is called. */
export const NAME = "mymaster";
export const PASSWORD = "p@ss/word%41";
export const SENTINEL_PASSWORD = "s3ntinel/p@ss";

/** The six. */
export interface SentinelSet {
  url: string;
  redis: Server[];
  sentinels: Server[];
  /** The one that replicas follow, whatever others call themselves. All that were not killed have to answer. */
  master(): Promise<Server>;
  /** Makes one that came back a replica, as a Sentinel would after about ten seconds. */
  demote(server: Server): Promise<void>;
}

/** Starts them, and waits until each knows all others. */
export async function sentinelSet(t: Test): Promise<SentinelSet> {
  const ports = [await freePort(), await freePort(), await freePort()];
  const redis = await Promise.all(
    ports.map((port) =>
      redisServer(t, { port, lines: redisLines(port, ports[0]!), access: { password: PASSWORD } }),
    ),
  );
  const sentinels = await Promise.all(
    [await freePort(), await freePort(), await freePort()].map((port) =>
      redisServer(t, {
        port,
        lines: sentinelLines(port, ports[0]!),
        sentinel: true,
        access: { password: SENTINEL_PASSWORD, protocol: 2 },
      }),
    ),
  );
  await until("all know each other", 15_000, async () => {
    const masters = await Promise.all(sentinels.map((sentinel) => stateOf(sentinel)));
    return masters.every((state) => state["num-slaves"] === "2" && state["num-other-sentinels"] === "2");
  });
  const master = async () => {
    const running = redis.filter(({ client }) => client.status === "ready");
    const states = await Promise.all(running.map(({ client }) => client.info("replication")));
    const found = states.findIndex((state) => /role:master\r\nconnected_slaves:[12]/.test(state));
    return running[found] ?? Promise.reject(new Error("there is no master"));
  };
  const demote = async ({ client }: Server) => {
    await client.replicaof("127.0.0.1", (await master()).port);
    await client.config("REWRITE");
  };
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`);
  return { url: `redis+sentinel://${hosts.join(",")}/${NAME}`, redis, sentinels, master, demote };
}

function redisLines(port: number, master: number): string[] {
  const lines = [
    `port ${port}`,
    `requirepass ${PASSWORD}`,
    `masterauth ${PASSWORD}`,
    "appendonly yes",
    "appendfsync always",
    "min-replicas-to-write 1",
    "min-replicas-max-lag 2",
    "repl-ping-replica-period 1",
    "repl-diskless-sync-delay 0",
  ];
  return port === master ? lines : [...lines, `replicaof 127.0.0.1 ${master}`];
}

const sentinelLines = (port: number, master: number): string[] => [
  `port ${port}`,
  `requirepass ${SENTINEL_PASSWORD}`,
  `sentinel sentinel-pass ${SENTINEL_PASSWORD}`,
  `sentinel monitor ${NAME} 127.0.0.1 ${master} 2`,
  `sentinel auth-pass ${NAME} ${PASSWORD}`,
  `sentinel down-after-milliseconds ${NAME} 1000`,
  `sentinel failover-timeout ${NAME} 2000`,
  `sentinel parallel-syncs ${NAME} 2`,
];

/** What a Sentinel knows of the master. */
async function stateOf({ client }: Server): Promise<Record<string, string>> {
  const flat = (await client.call("SENTINEL", "MASTER", NAME)) as string[];
  return Object.fromEntries(
    flat.flatMap((word, index) => (index % 2 === 0 ? [[word, flat[index + 1] ?? ""]] : [])),
  );
}
