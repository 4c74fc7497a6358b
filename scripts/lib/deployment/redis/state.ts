import { KEY } from "./key.ts";

/** Asks Redis or Sentinels, see `askRedis` of the orchestrator. */
export type Ask = (part: string, command: readonly string[]) => Promise<string[]>;

/** How the Redis of a deployment are. */
export interface RedisState {
  servers: RedisServer[];
  /** What is not as it shall be: one more fault, and the count may be away. */
  problems: string[];
}

export interface RedisServer {
  name: string;
  role: "master" | "replica";
  /** Of a replica: seconds since its master has heard of it. */
  lag?: number;
  /** Of a node of a cluster: how many slots it serves. */
  slots?: number;
  /** Of one that counts for itself: its count. */
  value?: string;
}

/** Of a row of redis-modes.ts. */
type Parts = { servers: readonly string[]; sentinels: readonly string[]; instances: number };

/** Asks a Sentinel for the master, and what it knows and was told of it. */
const MASTER = ["-p", "26379", "sentinel", "master", "counter"];

/** Redis that know nothing of each other: what each has counted. */
export async function lookAtEach(ask: Ask, { servers, instances }: Parts): Promise<RedisState> {
  const [name = ""] = servers;
  const values = await ask(name, ["get", KEY]);
  const problems = values.length < instances ? [`${values.length} of ${instances} Redis answer`] : [];
  const states = values.map((value, index) => ({
    name: instances > 1 ? `${name}.${index + 1}` : name,
    role: "master" as const,
    value: value || "0",
  }));
  return { servers: states, problems };
}

/** A master and its replicas: as they, and the Sentinels, see it. */
export async function lookAtReplicas(ask: Ask, { servers, sentinels }: Parts): Promise<RedisState> {
  const [infos, words] = await Promise.all([
    Promise.all(servers.map(async (name) => factsOf((await ask(name, ["info", "replication"]))[0]))),
    wordsOf(ask, sentinels),
  ]);
  const index = infos.findIndex((info) => info["role"] === "master" && Number(info["connected_slaves"]) > 0);
  const master = servers[index];
  const followers = followersOf(infos[index] ?? {});
  const most = master ? await mostLag(ask, master) : 0;
  const states: RedisServer[] = [];
  const problems = master ? [] : ["there is no master that a replica follows"];
  for (const [at, name] of servers.entries()) {
    const follower = followers.find(({ ip, state }) => ip === name && state === "online");
    const lag = Number(follower?.["lag"]);
    if (name === master) states.push({ name, role: "master" });
    // A frozen one, too, is online to its master as long as the connection stands.
    else if (!infos[at]?.["role"]) problems.push(`${name} does not answer`);
    else if (!follower) problems.push(`${name} does not follow the master`);
    else {
      states.push({ name, role: "replica", lag });
      if (lag > most) problems.push(`${name} is ${lag} s behind the master`);
    }
  }
  const known = String(sentinels.length - 1);
  for (const [at, name] of sentinels.entries()) {
    const { ip, "num-other-sentinels": others } = words[at] ?? {};
    if (!ip) problems.push(`${name} does not answer`);
    else if (master && ip !== master) problems.push(`${name} takes ${ip} for the master`);
    else if (others !== known) problems.push(`${name} knows ${others} of ${known} other Sentinels`);
  }
  return { servers: states, problems };
}

/** Seconds since a master has last heard of a replica that still counts for it, and one more: Redis counts whole ones. */
async function mostLag(ask: Ask, master: string): Promise<number> {
  const name = "min-replicas-max-lag";
  const [answer] = await ask(master, ["config", "get", name]);
  return Number(pairsOf(answer)[name]) + 1;
}

/** A master's replicas, in lines like `slave0:ip=redis-2,port=6379,state=online,offset=14,lag=0`. */
const followersOf = (info: Record<string, string>): Record<string, string>[] =>
  Object.entries(info)
    .filter(([key]) => /^slave\d+$/.test(key))
    .map(([, text]) => Object.fromEntries(text.split(",").map((pair) => pair.split("="))));

/** The lines `key:value` of INFO; empty without an answer. */
function factsOf(text = ""): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(":"));
  return Object.fromEntries(lines.map((line) => [line.split(":")[0], line.slice(line.indexOf(":") + 1)]));
}

/** What each Sentinel says of the master; empty without an answer. */
export const wordsOf = (ask: Ask, sentinels: readonly string[]): Promise<Record<string, string>[]> =>
  Promise.all(sentinels.map(async (name) => pairsOf((await ask(name, MASTER))[0])));

/** An answer of names and values that take turns. */
export function pairsOf(text = ""): Record<string, string> {
  const lines = text.split(/\r?\n/);
  return Object.fromEntries(
    lines.flatMap((key, index) => (index % 2 === 0 ? [[key, lines[index + 1] ?? ""]] : [])),
  );
}

const SLOTS = 16_384;

/** The nodes of a Redis Cluster: as each sees itself and all others. */
export async function lookAtCluster(ask: Ask, { servers }: Parts): Promise<RedisState> {
  const views = await Promise.all(servers.map(async (name) => (await ask(name, ["cluster", "nodes"]))[0]));
  const problems = servers
    .filter((_, at) => views[at] === undefined)
    .map((name) => `${name} does not answer`);
  const view = views.map((text) => nodesOf(text)).toSorted((a, b) => well(b) - well(a))[0] ?? [];
  const states: RedisServer[] = [];
  for (const name of servers) {
    const node = view.find((one) => one.name === name && one.connected);
    if (node) states.push({ name, role: node.master ? "replica" : "master", slots: node.slots });
    else if (!problems.includes(`${name} does not answer`))
      problems.push(`${name} is not part of the cluster`);
    if (!node || node.master) continue;
    const followers = view.filter((one) => one.connected && one.master === node.id);
    if (node.slots === 0) problems.push(`${name} has no slots, and follows no master`);
    else if (followers.length === 0) problems.push(`${name} is a master without a replica`);
  }
  const slots = states.reduce((sum, server) => sum + (server.slots ?? 0), 0);
  if (slots !== SLOTS) problems.push(`${slots} of ${SLOTS} slots are served`);
  return { servers: states, problems };
}

interface ClusterNode {
  id: string;
  name: string;
  /** The id of the one that it follows; empty for a master. */
  master: string;
  connected: boolean;
  slots: number;
}

const well = (view: ClusterNode[]) => view.filter(({ connected }) => connected).length;

/** The lines of CLUSTER NODES: id, address:port@bus,name, flags, master, ping, pong, epoch, link, slots. */
function nodesOf(text = ""): ClusterNode[] {
  return text.split(/\r?\n/).map((line) => {
    const [id = "", address = "", flags = "", master = "", , , , link, ...ranges] = line.split(" ");
    const slots = ranges
      .filter((range) => !range.startsWith("["))
      .reduce((sum, range) => {
        const [from, to = from] = range.split("-").map(Number);
        return sum + to! - from! + 1;
      }, 0);
    return {
      id,
      name: address.split(",")[1] ?? "",
      master: master === "-" ? "" : master,
      connected: link === "connected" && !/fail|handshake|noaddr/.test(flags),
      slots,
    };
  });
}
