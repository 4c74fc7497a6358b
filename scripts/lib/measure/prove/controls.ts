import { count } from "../load/tables.ts";
import type { Act } from "./acts.ts";
import { freePort } from "../local.ts";
import { pause } from "../../run/wait.ts";
import { judge } from "./judge.ts";
import { underLoad } from "./load.ts";
import { type Load, play, type Played } from "./play.ts";
import { type Done, rollTo, type Stage } from "./stage.ts";
import type { VersionName } from "./versions.ts";

/** What a control came to: something was broken on purpose, and whoever looks must see it. */
export interface Caught {
  name: string;
  does: string;
  /** What was seen of it. */
  seen: string;
  caught: boolean;
}

/** Something that must be noticed; whoever does not see it cannot be believed about anything else. */
interface Control extends Pick<Caught, "name" | "does"> {
  /** The versions that it rolls to. */
  needs?: readonly VersionName[];
  run: (stage: Stage, load: Load) => Promise<Pick<Caught, "seen" | "caught">>;
}

/** Seconds of increments in a control. */
const SECONDS = 5;
const DEAD_MS = 1500;
/** Increments a second. */
const NO_DRAIN_RATE = 200;

export const CONTROLS: readonly Control[] = [
  {
    name: "no drain",
    does: "a version that is slow to count and ends at once when it shall is rolled away: what it was asked must fail",
    needs: ["abrupt"],
    run: async (stage, load) => {
      await rollTo(stage, stage.versions.abrupt);
      const act = actOf("no drain", rollBack);
      // It has as many requests as come in four seconds, and the proxy takes 4,000 of one address.
      const gentle = { ...load, rate: Math.min(load.rate, NO_DRAIN_RATE), seconds: SECONDS };
      const played = await play(act, stage, gentle);
      return { seen: failedOf(played), caught: breaks(played, load, "none failed") };
    },
  },
  {
    name: "invented",
    does: "the ledger is told of an acknowledgement that never was: a loss must show",
    run: async (stage, load) => {
      const act = actOf("invented", async () => ({}));
      const short = { ...load, seconds: SECONDS };
      const played = await play(act, stage, short, (ledger, after) => ledger.acknowledge(after + 1));
      return {
        seen: `${count(played.lost)} lost`,
        caught: breaks(played, load, "none acknowledged and lost"),
      };
    },
  },
  {
    name: "dead door",
    does: "increments go to a port where nothing listens: every one must fail",
    run: async (_stage, load) => {
      const url = `http://127.0.0.1:${await freePort()}`;
      const { statistics } = await underLoad({ ...load, url, before: 0, name: "dead door" }, async () => {
        await pause(DEAD_MS);
      });
      const { requests, failed } = statistics.all;
      return {
        seen: `${count(failed)} of ${count(requests)} failed`,
        caught: requests > 0 && failed === requests,
      };
    },
  },
];

/** Held to the same as an act that may cost nothing. */
const actOf = (name: string, act: Act["act"]): Act => ({
  name,
  does: "",
  failed: "none",
  seconds: SECONDS,
  act,
});
async function rollBack(stage: Stage): Promise<Done> {
  await rollTo(stage, stage.deployed.version);
  return {};
}

const failedOf = ({ statistics: { all } }: Played) => `${count(all.failed)} of ${count(all.requests)} failed`;

/** Whether the same judgement that the acts are held to finds that requirement broken. */
const breaks = (played: Played, { rate }: Load, requirement: string) =>
  judge(played, rate, SECONDS).some(({ name, met }) => name.endsWith(requirement) && !met);
