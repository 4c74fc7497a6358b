import type { BaseImages } from "../images/base.ts";
import type { Usage } from "../host/usage.ts";
import type { OptionValues } from "../run/options.ts";
import type { Outcome, Step } from "../run/progress.ts";
import type { Settings } from "../run/settings.ts";
import type { RedisMode } from "../run/values.ts";

/** What runs now, as far as the orchestrator knows. */
export interface Deployed {
  version: string;
  /** The version before this one; empty after the first deployment. */
  previous: string;
  /** When this version was deployed, ISO 8601. */
  since: string;
  replicas: number;
  /** Cores that one replica may use; 0 is as many as there are. */
  cpus: number;
  /** Replicas of this version that are ready. */
  running: number;
  /** Replicas that ended by themselves. */
  restarts: number;
  /** The settings' replicas when it was deployed: where they still are, what `make scale` set stays. */
  replicasSetting: number;
  /** When `make scale` set another number, ISO 8601; empty where none did. */
  scaled: string;
  redis: RedisMode;
  /** The settings' mode when it was deployed, as with the replicas. */
  redisSetting: string;
  /** How many replicas of Redis a write waits for. */
  redisWait: number;
  /** The settings' number when it was deployed, as with the replicas. */
  redisWaitSetting: number;
  port: number;
  /** The front door, as this host reaches it. */
  url: string;
  /** What a user has to know of the front door, if it is not what they would expect. */
  notice?: string;
}

/** A task or pod that runs or should run. */
export interface Instance {
  /** As in `app.1`, or the pod's. */
  name: string;
  state: "running" | "starting" | "unhealthy" | "failed";
  /** Why it does not run, in the orchestrator's words. */
  why?: string;
  /** The application's version, or the tag of another image. */
  version: string;
  /** When it started, ISO 8601; absent where it did not. */
  since?: string;
  /** How often it ended and was started again. */
  restarts: number;
  /** Cores and bytes that it takes now; absent where nothing says so. */
  usage?: Usage;
  node: string;
}

/** What shall run. */
export interface Target {
  version: string;
  previous: string;
  since: string;
  replicas: number;
  replicasSetting: number;
  scaled: string;
  redis: RedisMode;
  redisSetting: string;
  redisWait: number;
  redisWaitSetting: number;
  /** Leaves parts alone that it does not name, as when Redis moves from one mode to another. */
  keepParts?: boolean;
  base: BaseImages;
}

/** The deployment as the orchestrator was told it, by the names of its parts. */
export interface Snapshot {
  parts: Record<string, Part>;
  /** Names of the tasks or pods there are. */
  processes: string[];
}

export interface Part {
  /** All that was asked for. */
  definition: object;
  /** As much of it as processes are made from: they are replaced when it changes. Absent where there are none. */
  template?: object;
}

/** How far a part is. */
export interface PartState {
  name: string;
  wanted: number;
  /** Tasks or pods that run as was asked for. */
  ready: number;
  /** Those of before that still run. */
  leaving: number;
  /** Whether the orchestrator has nothing left to do about the part. */
  settled: boolean;
  /** Milliseconds that it must stay complete once it was seen incomplete. */
  steadyMs: number;
  /** Why it cannot get there any more. */
  failure?: string;
}

/** What a change did, for `states` to judge by and `undo` to take back. */
export interface Change {
  changed: boolean;
  /** Names of the parts whose processes are replaced by it. */
  replaced: string[];
  /** Names of the parts that were there before and were changed. */
  undoable: string[];
  /** Names of the parts that it made. */
  created: string[];
  /** What there was before it. */
  before: Snapshot;
}

export interface LogOptions {
  /** Names of the parts whose logs they are. */
  parts: readonly string[];
  tail: number;
  follow: boolean;
}

export interface RemoveOptions {
  purge: boolean;
  /** Goes on although the run was interrupted. */
  despiteInterrupt?: boolean;
}

/** A container of a part that runs on this host. */
export interface Container {
  /** That of its task or pod, as in `counter_redis.1`. */
  name: string;
  /** Its first process, as this host counts. */
  pid: number;
}

/** Who publishes a port of this host. */
export interface Publisher {
  /** The stack or namespace that it belongs to; empty if to none. */
  deployment: string;
  /** For a message, like "the Swarm service web_app". */
  text: string;
}

/** A stack or namespace of somebody else's, or of another deployment of this kit. */
export interface Neighbour {
  name: string;
  /** Whether the kit deployed it, and so its images are the kit's, too. */
  ours: boolean;
}

/** The operations that both sides have; swarm/ and k3s/ state them as plain functions. */
export interface Orchestrator {
  /** As ORCHESTRATOR names it. */
  name: "swarm" | "k3s";
  /** What people call it. */
  platform: string;
  /** What keeps this host from being provisioned. */
  hostProblems(settings: Settings): Promise<(string | undefined)[]>;
  /** From a bare machine to one that can be deployed to. */
  provisionSteps(settings: Settings, options: OptionValues): Promise<Step[]>;
  /** What else runs there. */
  neighbours(settings: Settings): Promise<Neighbour[]>;
  /** Takes back what provisioning made of the host, as far as it made it. */
  unprovision(): Promise<Outcome>;
  /** What runs now; undefined if the counter is not deployed. */
  observe(settings: Settings): Promise<Deployed | undefined>;
  /** Every task or pod that runs or should run, with what it takes. */
  instances(settings: Settings): Promise<Instance[]>;
  /** What keeps a deployment from being tried. */
  problems(settings: Settings): Promise<string[]>;
  /** Who publishes a port of this host; undefined where nobody does, or this orchestrator does not run. */
  publisherOf(port: number): Promise<Publisher | undefined>;
  /** Brings the images from the engine that built them to where they run, where that is another place. */
  importImages?(settings: Settings, version: string, base: BaseImages): Promise<Outcome>;
  /** The versions that can be switched to, the newest first. */
  kept(settings: Settings): Promise<string[]>;
  snapshot(settings: Settings): Promise<Snapshot>;
  /** Deploys the target. It is asked for then, and does not run yet. */
  apply(settings: Settings, target: Target): Promise<Outcome>;
  /** Puts another version in the place of the one that runs, from an image that is still kept. */
  switchTo(settings: Settings, version: string, previous: string): Promise<Outcome>;
  /**
   * Sets the number of replicas. It stays over deployments until the settings file names another. With `cpus`, also the
   * cores that one may use, which replaces them where that is new, and stays until the next deployment.
   */
  scale(settings: Settings, replicas: number, cpus?: number): Promise<Outcome>;
  /** How far the parts are after a change, or after it was undone. */
  states(settings: Settings, change: Change, undone?: boolean): Promise<PartState[]>;
  /** Ends processes that are one too many for parts that `states` counted them of. */
  mergeSlots?(settings: Settings, parts: string[]): Promise<Outcome>;
  /** Starts again what opens the front door, where that is a part of its own. */
  restartDoor?(settings: Settings): Promise<Outcome>;
  /** Waits until the front door has its address, where that comes after the replicas. */
  awaitFrontDoor?(settings: Settings): Promise<void>;
  /** Why what runs the containers cannot be restarted from here; undefined if it can. */
  restartProblem(): Promise<string | undefined>;
  /** Restarts what runs the containers as this host runs it, and waits until it answers; they may end with it. */
  restartEngine(settings: Settings): Promise<void>;
  /** Asks for what was there before a change. */
  undo(settings: Settings, change: Change): Promise<void>;
  /** Why tasks or pods do not run, with the last lines of one's log; those whose names are known play no part. */
  diagnose(settings: Settings, known: string[]): Promise<string[]>;
  /** Removes what neither the deployment nor the named versions need. */
  tidy(settings: Settings, versions: string[]): Promise<void>;
  logs(settings: Settings, options: LogOptions): Promise<void>;
  /** Asks for the parts of a mode beside what runs. */
  startRedis(settings: Settings, mode: RedisMode, base: BaseImages): Promise<void>;
  /** Removes the parts of a mode; their data stays. */
  removeRedis(settings: Settings, mode: RedisMode): Promise<void>;
  /** What redis-cli printed in each container of a part, with the password; those that did not answer are left out. */
  askRedis(settings: Settings, part: string, command: readonly string[]): Promise<string[]>;
  /** The containers of a part that run here. Throws a Failure (refused) where their processes are not this host's. */
  containersOf(settings: Settings, part: string): Promise<Container[]>;
  /** What it tells of the deployment to whoever may ask, secrets left out: text by where it is told. */
  disclosed(settings: Settings): Promise<Record<string, string>>;
  /** Removes the deployment; its data only with `purge`. */
  remove(settings: Settings, options: RemoveOptions): Promise<Outcome>;
}
