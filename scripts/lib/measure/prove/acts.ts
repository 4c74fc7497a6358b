import type { Orchestrator } from "../../deployment/orchestrator.ts";
import { privilegeProblem } from "../../host/facts.ts";
import { cutDeployment } from "./cut.ts";
import { malformedRequests } from "./malformed.ts";
import { holdSlowClients } from "./slow-clients.ts";
import {
  deployAgain,
  type Done,
  killEachReplica,
  killOne,
  restartEngine,
  rollInVain,
  rollTo,
  scaleThrough,
  type Stage,
} from "./stage.ts";
import type { VersionName } from "./versions.ts";

/** Something that is done to the deployment while increments come. */
export interface Act {
  /** As ACTS names it. */
  name: string;
  /** Ends "while increments come, ..." */
  does: string;
  /** Requests that may fail: none, those that were under way at a replica when it was ended, or any number. */
  failed: "none" | "in flight" | "any";
  /** How long it takes as a rule, with what heals after it. */
  seconds: number;
  /** The versions that it rolls to. */
  needs?: readonly VersionName[];
  /** The part that it ends a process of: where there is none, there is no such act. */
  part?: string;
  /** Why it cannot be done here; undefined if it can. */
  whyNot?: (orchestrator: Orchestrator) => Promise<string | undefined>;
  /** What must be so before increments come. */
  prepare?: (stage: Stage) => Promise<void>;
  act: (stage: Stage) => Promise<Done>;
  /** By itself only, where it was asked for: it takes long. */
  asked?: true;
}

const SLOW_CLIENTS = 6000;
const SLOW_SECONDS = 10;
const MALFORMED = 5000;
const MANY_MALFORMED = 100_000;

const back = (stage: Stage) => rollTo(stage, stage.deployed.version);
const forth = (stage: Stage) => rollTo(stage, stage.versions.other);
const noted = (act: (stage: Stage) => Promise<void>) => async (stage: Stage) => {
  await act(stage);
  return {};
};

/** In the order in which they are played. Nothing happens in the first one: what it shows is what the others cost. */
export const ACTS: readonly Act[] = [
  { name: "quiet", does: "nothing happens", failed: "none", seconds: 0, act: async () => ({}) },
  {
    name: "roll",
    does: "a new version replaces the one that runs",
    failed: "none",
    seconds: 40,
    needs: ["other"],
    prepare: back,
    act: noted(forth),
  },
  {
    name: "rollback",
    does: "the version before comes back",
    failed: "none",
    seconds: 40,
    needs: ["other"],
    prepare: forth,
    act: noted(back),
  },
  {
    name: "mute",
    does: "a version that never gets healthy is rolled out, and must be rolled back",
    failed: "none",
    seconds: 90,
    needs: ["mute"],
    prepare: back,
    act: (stage) => rollInVain(stage, "mute"),
  },
  {
    name: "wrong",
    does: "a version that is healthy, says its version and does not count (500) is rolled out, and must be rolled back",
    failed: "any",
    seconds: 90,
    needs: ["wrong"],
    prepare: back,
    act: (stage) => rollInVain(stage, "wrong"),
  },
  {
    name: "scale",
    does: "the replicas become one, as many as before, twice as many, and as many as before",
    failed: "none",
    seconds: 60,
    act: (stage) => {
      const { replicas } = stage.deployed;
      return scaleThrough(stage, [1, replicas, Math.min(20, 2 * replicas), replicas]);
    },
  },
  {
    name: "again",
    does: "what runs is deployed once more, and nothing may be replaced",
    failed: "none",
    seconds: 10,
    prepare: back,
    act: deployAgain,
  },
  {
    name: "cut-int",
    does: "a deployment of a new version is ended by Ctrl-C in its middle, and asked for again",
    failed: "none",
    seconds: 50,
    needs: ["other"],
    prepare: back,
    act: (stage) => cutDeployment(stage, "SIGINT"),
  },
  {
    name: "cut-kill",
    does: "a deployment of a new version is ended by kill -9 in its middle, and asked for again",
    failed: "none",
    seconds: 40,
    needs: ["other"],
    prepare: back,
    act: (stage) => cutDeployment(stage, "SIGKILL"),
  },
  {
    name: "kill-app",
    does: "each replica is ended with kill -9, one after the other",
    failed: "in flight",
    seconds: 45,
    part: "app",
    act: killEachReplica,
  },
  {
    name: "kill-redis",
    does: "Redis is ended with kill -9",
    failed: "any",
    seconds: 20,
    part: "redis",
    act: (stage) => killOne(stage, "redis"),
  },
  {
    name: "kill-proxy",
    does: "the proxy is ended with kill -9",
    failed: "any",
    seconds: 20,
    part: "proxy",
    act: (stage) => killOne(stage, "proxy"),
  },
  {
    name: "restart-engine",
    does: "what runs the containers, the Docker engine or k3s, is restarted",
    failed: "any",
    seconds: 60,
    whyNot: (orchestrator) => orchestrator.restartProblem(),
    act: restartEngine,
  },
  {
    name: "slow",
    does: `${SLOW_CLIENTS.toLocaleString("en")} clients send half a request and wait`,
    failed: "none",
    seconds: SLOW_SECONDS,
    whyNot: privilegeProblem,
    act: (stage) => holdSlowClients(stage, SLOW_CLIENTS, SLOW_SECONDS),
  },
  {
    name: "malformed-few",
    does: `${MALFORMED.toLocaleString("en")} malformed requests come, and as many straight to a replica`,
    failed: "none",
    seconds: 60,
    whyNot: privilegeProblem,
    act: (stage) => malformedRequests(stage, MALFORMED),
  },
  {
    name: "malformed",
    does: `${MANY_MALFORMED.toLocaleString("en")} malformed requests come, and as many straight to a replica`,
    failed: "none",
    seconds: 1000,
    whyNot: privilegeProblem,
    asked: true,
    act: (stage) => malformedRequests(stage, MANY_MALFORMED),
  },
];
