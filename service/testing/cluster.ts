/** A Redis Cluster of three masters, each with a replica, on loopback. */
import type { Test } from "tap";
import { freePort } from "./redis.ts";
import { redisServer, type Server } from "./redis-server.ts";
import { until } from "./until.ts";

const SLOTS = 16_384;
const MASTERS = 3;

/** The six, and who has a key. */
export interface ClusterSet {
  url: string;
  servers: Server[];
  /** The master and the replica that have a key now. */
  owners(key: string): Promise<{ master: Server; replicas: Server[] }>;
  /** Takes the slot of a key from the cluster, and returns how to give it back. */
  takeSlot(key: string): Promise<() => Promise<unknown>>;
  /** Waits until all that run serve every slot, and each master that has a replica is followed. */
  settled(): Promise<void>;
}

/** Makes one, with the replication that it has after `redis-cli --cluster create`, only sooner. */
export async function clusterSet(t: Test): Promise<ClusterSet> {
  const servers = await Promise.all(Array.from({ length: 2 * MASTERS }, () => node(t)));
  const ids = await Promise.all(servers.map(({ client }) => client.cluster("MYID")));
  await Promise.all(
    servers.map(({ client }, index) => client.call("CLUSTER", "SET-CONFIG-EPOCH", index + 1)),
  );
  await Promise.all(
    servers.slice(0, MASTERS).map(({ client }, index) => {
      const [from, to] = [index, index + 1].map((third) => Math.floor((third * SLOTS) / MASTERS));
      return client.call("CLUSTER", "ADDSLOTSRANGE", from!, to! - 1);
    }),
  );
  const [first, ...others] = servers as [Node, ...Node[]];
  for (const { port, bus } of others) await first.client.call("CLUSTER", "MEET", "127.0.0.1", port, bus);
  await until("all know each other", 10_000, async () => {
    const known = await Promise.all(servers.map((server) => lines(server)));
    return known.every((rows) => rows.filter((row) => !row.includes("handshake")).length === servers.length);
  });
  for (const [index, { client }] of servers.slice(MASTERS).entries())
    await client.call("CLUSTER", "REPLICATE", ids[index]!);

  const set: ClusterSet = {
    url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(",")}`,
    servers,
    owners: async (key) => {
      const asked = running(servers)[0]!;
      const slot = Number(await asked.client.call("CLUSTER", "KEYSLOT", key));
      const nodes = (await lines(asked)).map(nodeOf);
      const master = nodes.find(({ ranges }) => ranges.some(([from, to]) => from <= slot && slot <= to))!;
      const replicas = nodes.filter(({ follows, failed }) => follows === master.id && !failed);
      const serverOf = (of: { port: number }) => servers.find(({ port }) => port === of.port)!;
      return { master: serverOf(master), replicas: replicas.map(serverOf) };
    },
    takeSlot: async (key) => {
      const { master } = await set.owners(key);
      const slot = Number(await master.client.call("CLUSTER", "KEYSLOT", key));
      // Each for itself: what an owner no longer claims, the others go on believing.
      for (const { client } of [master, ...servers])
        await client.call("CLUSTER", "DELSLOTS", slot).catch(() => {});
      return () => master.client.call("CLUSTER", "ADDSLOTS", slot);
    },
    settled: () =>
      until("the cluster is whole", 15_000, async () => {
        const states = await Promise.all(running(servers).map(stateOf));
        return states.every((ok) => ok);
      }).then(() => {}),
  };
  await set.settled();
  return set;
}

interface Node extends Server {
  bus: number;
}

async function node(t: Test): Promise<Node> {
  const [port, bus] = [await freePort(), await freePort()];
  const server = await redisServer(t, {
    port,
    lines: [
      `port ${port}`,
      "cluster-enabled yes",
      `cluster-port ${bus}`,
      "cluster-node-timeout 1000",
      "cluster-replica-validity-factor 0",
      "appendonly yes",
      "appendfsync always",
      "repl-diskless-sync-delay 0",
      "repl-ping-replica-period 1",
    ],
  });
  return { ...server, bus };
}

const running = (servers: Server[]) => servers.filter(({ client }) => client.status === "ready");

const lines = async ({ client }: Server) => ((await client.cluster("NODES")) as string).trim().split("\n");

/**
 * A line of `CLUSTER NODES`: id, address, flags, master, ping, pong, epoch, link, slots. `CLUSTER SLOTS` would leave out
 * a replica that has got nothing yet.
 */
function nodeOf(line: string) {
  const [id, address, flags, follows, , , , , ...slots] = line.split(" ");
  return {
    id,
    port: Number(/:(\d+)@/.exec(address!)?.[1]),
    failed: flags!.includes("fail"),
    follows,
    ranges: slots
      .map((range) => range.split("-").map(Number))
      .map(([from, to]) => [from!, to ?? from!] as const),
  };
}

/** Whether a node finds the cluster in order, has slots or follows who has them, and knows this of the others. */
async function stateOf(server: Server): Promise<boolean> {
  const state = await server.client.cluster("INFO");
  if (!state.includes("cluster_state:ok")) return false;
  const nodes = (await lines(server)).map(nodeOf);
  if (nodes.some(({ failed, follows, ranges }) => !failed && follows === "-" && ranges.length === 0))
    return false;
  const replication = await server.client.info("replication");
  return replication.includes("role:master") || replication.includes("master_link_status:up");
}
