import { $ } from "zx/core";
import type { AskOne } from "../redis/find.ts";
import { KEY } from "../redis/key.ts";
import { EXIT, Failure } from "../../run/failure.ts";
import { toFailure } from "../../run/shell.ts";
import { until } from "../../run/wait.ts";
import type { Backup } from "./file.ts";
import { countIn, stage, swap, versionOf } from "./key.ts";

/** Seconds in which a Redis without data has to answer. */
const DEADLINE = 30;
/** Everybody may write there: of /data, its owner's rights remain when memory is mounted over it (tried, runc 1.1). */
const DIR = "/tmp";
const SOCKET = `${DIR}/redis.sock`;

/**
 * Restores a backup into a Redis of its own, of that image, and lets it count on. It has no port and no network, and is
 * removed however this ends. Returns its version. Throws a Failure where the count is not the manifest's.
 */
export async function drill(image: string, { manifest, dump }: Backup): Promise<string> {
  const name = `${manifest.name}-drill-${process.pid}`;
  const apart = [
    "--network",
    "none",
    "--read-only",
    "--tmpfs",
    DIR,
    "--user",
    "999:999",
    "--cap-drop",
    "ALL",
  ];
  const server = ["redis-server", "--port", 0, "--dir", DIR, "--unixsocket", SOCKET, "--appendonly", "yes"];
  try {
    await $`docker run --detach --pull never --name ${name} ${apart} ${image} ${server}`;
    const ask: AskOne = async (...command) =>
      (await $`docker exec ${name} redis-cli -e -s ${SOCKET} ${command}`).stdout.trim();
    const wait = { what: "the Redis of the drill does not answer", deadline: DEADLINE };
    await until(wait, async () => (await ask("ping").catch(() => "")) === "PONG").catch(async (error) => {
      const { stdall } = await $({ nothrow: true })`docker logs --tail 10 ${name}`;
      throw new Failure(toFailure(error).message, { code: EXIT.timedOut, lines: stdall.trim().split("\n") });
    });
    const version = await versionOf(ask);
    await stage(ask, dump);
    await swap(ask);
    const count = await countIn(ask);
    const next = Number(await ask("incr", KEY));
    if (count === manifest.count && next === count + 1) return version;
    throw new Failure(`the drill restored ${count}, and the manifest says ${manifest.count}`, {
      code: EXIT.failed,
    });
  } finally {
    await $({ nothrow: true })`docker rm --force --volumes ${name}`;
  }
}
