// What is made of what Redis says. The answers are Redis' own, of three Redis and three Sentinels, and of a Cluster.

import t from "tap";
import { MODES } from "../redis-modes.ts";
import { type Ask, lookAtCluster, lookAtEach, lookAtReplicas } from "./state.ts";

/** Answers as the parts would; a part that is not named does not answer. */
const answering =
  (answers: Record<string, string[]>): Ask =>
  async (part) =>
    answers[part] ?? [];

const follower = (index: number, name: string, lag = 0) =>
  `slave${index}:ip=${name},port=6379,state=online,offset=560,lag=${lag}`;
const master = (...followers: string[]) => [
  `# Replication\r\nrole:master\r\nconnected_slaves:${followers.length}\r\n${followers.join("\r\n")}\r\n`,
];
const replica = [
  "# Replication\r\nrole:slave\r\nmaster_host:redis-2\r\nmaster_link_status:up\r\nconnected_slaves:0\r\n",
];
const says = (name: string, others = 2) => [
  `name\ncounter\nip\n${name}\nport\n6379\nflags\nmaster\nnum-slaves\n2\nnum-other-sentinels\n${others}`,
];
const whole = {
  "redis-1": replica,
  "redis-2": master(follower(0, "redis-1"), follower(1, "redis-3", 1)),
  "redis-3": replica,
  "sentinel-1": says("redis-2"),
  "sentinel-2": says("redis-2"),
  "sentinel-3": says("redis-2"),
};
const replicas = (answers: Record<string, string[]>) =>
  lookAtReplicas(async (part, command) => {
    if (command[0] === "config") return answers[part] ? [`${command[2]}\n2`] : [];
    return answers[part] ?? [];
  }, MODES.sentinel);

t.test("a master with two replicas, as all Sentinels see it, is whole", async (t) => {
  t.same(await replicas(whole), {
    servers: [
      { name: "redis-1", role: "replica", lag: 0 },
      { name: "redis-2", role: "master" },
      { name: "redis-3", role: "replica", lag: 1 },
    ],
    problems: [],
  });
});

t.test("what is missing of it is named", async (t) => {
  const { "redis-1": _, "sentinel-3": __, ...without } = whole;
  const alone = { ...without, "redis-2": master(follower(0, "redis-3")) };
  t.same((await replicas(alone)).problems, ["redis-1 does not answer", "sentinel-3 does not answer"]);
  const back = { ...whole, "redis-1": master(), "redis-2": master(follower(0, "redis-3")) };
  t.match(await replicas(back), {
    servers: [{ name: "redis-2" }, { name: "redis-3" }],
    problems: ["redis-1 does not follow the master"],
  });
  const stale = { ...whole, "sentinel-1": says("redis-1"), "sentinel-2": says("redis-2", 1) };
  t.same((await replicas(stale)).problems, [
    "sentinel-1 takes redis-1 for the master",
    "sentinel-2 knows 1 of 2 other Sentinels",
  ]);
  t.equal((await replicas({})).problems[0], "there is no master that a replica follows");
});

t.test(
  "a replica that its master takes for online, and that is frozen or far behind, is no replica",
  async (t) => {
    const { "redis-1": _, ...frozen } = whole;
    const { servers, problems } = await replicas(frozen);
    t.same(problems, ["redis-1 does not answer"]);
    t.same(
      servers.map(({ name }) => name),
      ["redis-2", "redis-3"],
    );
    const lagging = (lag: number) => ({
      ...whole,
      "redis-2": master(follower(0, "redis-1"), follower(1, "redis-3", lag)),
    });
    t.same((await replicas(lagging(3))).problems, []);
    t.same((await replicas(lagging(4))).problems, ["redis-3 is 4 s behind the master"]);
  },
);

t.test("Redis that know nothing of each other: what each counts", async (t) => {
  const three = answering({ "redis-any": ["5", "", "7"] });
  const { servers, problems } = await lookAtEach(three, MODES.independent);
  t.same(
    servers.map(({ name, value }) => [name, value]),
    [
      ["redis-any.1", "5"],
      ["redis-any.2", "0"],
      ["redis-any.3", "7"],
    ],
  );
  t.same(problems, []);
  const two = await lookAtEach(answering({ "redis-any": ["5", "7"] }), MODES.independent);
  t.same(two.problems, ["2 of 3 Redis answer"]);
  const none = await lookAtEach(answering({}), MODES.single);
  t.same(none, { servers: [], problems: ["0 of 1 Redis answer"] });
});

const node = (n: number, rest: string) => `id${n} 10.0.1.${n}:6379@16379,node-${n}${rest}`;
const nodes = [
  node(1, " myself,master - 0 0 1 connected 0-5460"),
  node(2, " master - 0 0 2 connected 5461-10922"),
  node(3, ",shard-id=ab master - 0 0 3 connected 10923-16382 16383"),
  node(4, " slave id1 0 0 1 connected"),
  node(5, " slave id2 0 0 2 connected"),
  node(6, " slave id3 0 0 3 connected"),
];
const cluster = (lines: string[], away: string[] = []) => {
  const present = MODES.cluster.servers.filter((name) => !away.includes(name));
  const answers = Object.fromEntries(present.map((name) => [name, [lines.join("\n")]]));
  return lookAtCluster(answering(answers), MODES.cluster);
};

t.test("a cluster is whole when every slot is served, and each master followed", async (t) => {
  const { servers, problems } = await cluster(nodes);
  t.same(problems, []);
  t.same(
    servers.map(({ role, slots }) => [role, slots]),
    [
      ["master", 5461],
      ["master", 5462],
      ["master", 5461],
      ["replica", 0],
      ["replica", 0],
      ["replica", 0],
    ],
  );
});

t.test("what is missing of a cluster is named", async (t) => {
  const failed = nodes.with(3, node(4, " slave,fail id1 0 0 1 disconnected"));
  t.same((await cluster(failed, ["node-4"])).problems, [
    "node-4 does not answer",
    "node-1 is a master without a replica",
  ]);
  const gap = nodes.with(1, node(2, " master - 0 0 2 connected 5462-10922"));
  t.same((await cluster(gap)).problems, ["16383 of 16384 slots are served"]);
  const fresh = nodes.with(5, node(6, " master - 0 0 0 connected"));
  t.same((await cluster(fresh)).problems, [
    "node-3 is a master without a replica",
    "node-6 has no slots, and follows no master",
  ]);
  t.equal((await cluster([], MODES.cluster.servers as string[])).problems.length, 7);
});
