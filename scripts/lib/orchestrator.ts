import type { BaseImages } from "./images.ts";
import type { Settings } from "./settings.ts";

/** What runs now. */
export interface Deployed {
  version: string;
  /** The version before, for a rollback; empty after the first deployment. */
  previous: string;
  /** How many replicas are wanted, and how many are running and healthy. */
  replicas: number;
  running: number;
  /** Replicas of this version that ended by themselves, as far back as the orchestrator remembers. */
  restarts: number;
  /** When this version was deployed, ISO 8601. */
  since: string;
  /** The settings' replicas when it was deployed: where they still are, what `make scale` set stays. */
  replicasSetting: number;
  port: number;
  /** The front door, as this host reaches it. */
  url: string;
}

/** What shall run. */
export interface Target {
  version: string;
  previous: string;
  since: string;
  replicas: number;
  replicasSetting: number;
  base: BaseImages;
}

/** What a change did, for `converge` to wait for and `undo` to take back. */
export interface Change {
  changed: boolean;
  /** What differs, in a few words, where the orchestrator can tell beforehand. */
  note?: string;
  /** Names of the parts whose processes are replaced by it. */
  replaced: string[];
  /** Names of the parts that were there before and were changed. */
  undoable: string[];
  /** Identifiers of the processes that were known before it: what those did is not its doing. */
  known: string[];
}

export interface LogOptions {
  service: string;
  tail: number;
  follow: boolean;
}

/** The operations that both sides have; swarm.ts states them as plain functions. */
export interface Orchestrator {
  /** What people call it. */
  platform: string;
  /** What runs now; undefined if the counter is not deployed. */
  observe(settings: Settings): Promise<Deployed | undefined>;
  /** What keeps a deployment from being tried. */
  problems(settings: Settings): Promise<string[]>;
  /** Brings the images from the engine that built them to where they run. */
  importImages(
    settings: Settings,
    version: string,
    base: BaseImages,
  ): Promise<{ changed?: boolean; note?: string }>;
  /** The versions that can be switched to, the newest first. */
  kept(settings: Settings): Promise<string[]>;
  apply(settings: Settings, target: Target): Promise<Change>;
  /** Puts another version in the place of the one that runs, from an image that is still kept. */
  switchTo(settings: Settings, version: string, previous: string): Promise<Change>;
  scale(settings: Settings, replicas: number): Promise<Change>;
  /** Waits until the change is complete. Throws a Failure when it fails or the deadline passes. */
  converge(settings: Settings, change: Change, tell: (text: string) => void): Promise<void>;
  /** Takes a change back and waits for what was there before. */
  undo(settings: Settings, change: Change, before: Deployed): Promise<void>;
  /** Why what a change started does not run, with the last lines of one's log. */
  diagnose(settings: Settings, change: Change): Promise<string[]>;
  /** Ends what a change leaves behind; the named versions stay. */
  tidy(settings: Settings, versions: string[]): Promise<void>;
  logs(settings: Settings, options: LogOptions): Promise<void>;
  /** Removes the deployment; its data only with `purge`. */
  remove(settings: Settings, options: { purge: boolean }): Promise<{ changed: boolean }>;
  /** Takes back what `make provision` made of the host, as far as it made it. */
  unprovision(): Promise<{ changed?: boolean; note?: string }>;
}
