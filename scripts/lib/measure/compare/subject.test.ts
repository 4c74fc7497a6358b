import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import t, { type Test } from "tap";
import type { Deployed, Orchestrator, Snapshot } from "../../deployment/orchestrator.ts";
import { readSettings } from "../../run/settings.ts";
import { subjectOf, subjectProblems } from "./subject.ts";

const settings = {
  ...readSettings({}),
  deadlines: { ...readSettings({}).deadlines, converge: 2, verify: 5 },
};

/** An orchestrator in memory, whose door is answered by so many replicas in turn. */
async function fake(t: Test) {
  const state = { replicas: 4, cpus: 0, image: "v1", running: 4 };
  const processes = ["a", "b"];
  const scaled: [number, number | undefined][] = [];
  let requests = 0;
  const server = createServer((request, response) => {
    const replica = `app.${(requests++ % state.replicas) + 1}`;
    response.end(JSON.stringify(request.url === "/version" ? { version: "v1", replica } : { value: 7 }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const orchestrator = {
    name: "swarm",
    platform: "a made-up platform",
    observe: async () => ({ ...state, version: "v1", url }) as unknown as Deployed,
    snapshot: async (): Promise<Snapshot> => {
      const { cpus, image } = state;
      return {
        parts: { app: { definition: { ...state }, template: { cpus, image } } },
        processes: [...processes],
      };
    },
    scale: async (_: unknown, replicas: number, cpus?: number) => {
      scaled.push([replicas, cpus]);
      Object.assign(state, { replicas, running: replicas, ...(cpus !== undefined && { cpus }) });
      return {};
    },
    states: async () => [
      { name: "app", wanted: state.replicas, ready: state.running, leaving: 0, settled: true, steadyMs: 0 },
    ],
    diagnose: async () => [],
  } as unknown as Orchestrator;
  return { orchestrator, state, processes, scaled };
}

t.test("a deployment is brought to a size and a limit, and put back as it was", async (t) => {
  const { orchestrator, state, scaled } = await fake(t);
  const subject = await subjectOf(orchestrator, settings);
  t.match(subject, { name: "swarm", version: "v1", counted: 7, before: { replicas: 4, cpus: 0 } });
  await subject.restore();
  t.same(scaled, [], "nothing is done where nothing was");
  await subject.to(1, undefined, () => {});
  await subject.to(1, undefined, () => {});
  await subject.to(2, 0.5, () => {});
  t.same(scaled, [
    [1, undefined],
    [2, 0.5],
  ]);
  t.equal(await subject.disturbed(), undefined);
  await subject.restore();
  t.match(state, { replicas: 4, cpus: 0 });
});

t.test("what somebody else changes meanwhile is seen", async (t) => {
  const { orchestrator, state, processes } = await fake(t);
  const subject = await subjectOf(orchestrator, settings);
  await subject.to(2, undefined, () => {});
  processes.shift();
  t.equal(await subject.disturbed(), undefined, "what was there before may go");
  processes.push("c");
  t.match(await subject.disturbed(), /a process .* was replaced/);
  state.image = "v2";
  t.equal(await subject.disturbed(), "the deployment was changed meanwhile: app");
  await subject.to(1, undefined, () => {});
  state.replicas = 3;
  t.equal(await subject.disturbed(), "the deployment was changed meanwhile: its size");
});

t.test("what is not there, not whole or not to be reached is told before anything is changed", async (t) => {
  const { orchestrator, state } = await fake(t);
  t.same(await subjectProblems(orchestrator, settings), []);
  state.running = 3;
  t.match(await subjectProblems(orchestrator, settings), [/^3 of 4 replicas run on a made-up platform$/]);
  const away = {
    ...orchestrator,
    observe: async () => ({ ...state, url: "http://127.0.0.1:9" }) as unknown as Deployed,
  };
  t.match(await subjectProblems(away, settings), [
    /3 of 4/,
    /front door of a made-up platform does not answer/,
  ]);
  const none = { ...orchestrator, observe: async () => undefined };
  t.match(await subjectProblems(none, settings), [
    /counter is not deployed on a made-up platform: make deploy-swarm/,
  ]);
});
