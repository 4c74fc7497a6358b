#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Copies the count while it is counted, with a manifest beside that says what it is.
//
//   make backup DRILL=1
//   scripts/backup.ts --backups=/srv/backups --keep=7

import { drill } from "./lib/deployment/backup/drill.ts";
import { pruneBackups, readBackup, writeBackup } from "./lib/deployment/backup/file.ts";
import { type Copy, copyValue, versionOf } from "./lib/deployment/backup/key.ts";
import { choose } from "./lib/deployment/choose.ts";
import { requireDeployed } from "./lib/deployment/deployed.ts";
import type { Deployed, Orchestrator } from "./lib/deployment/orchestrator.ts";
import { MODES } from "./lib/deployment/redis-modes.ts";
import { checkExternal, EXTERNAL } from "./lib/deployment/redis/external.ts";
import { counterRedis, oneOfEach } from "./lib/deployment/redis/find.ts";
import { whichCount } from "./lib/deployment/redis/preflight.ts";
import type { Ask } from "./lib/deployment/redis/state.ts";
import { askOf, serversOf } from "./lib/deployment/redis/whole.ts";
import { baseImages } from "./lib/images/base.ts";
import { EXIT, Failure } from "./lib/run/failure.ts";
import { EXTERNAL_OPTIONS, type OptionValues } from "./lib/run/options.ts";
import { ROOT } from "./lib/run/paths.ts";
import { progress } from "./lib/run/progress.ts";
import type { Settings } from "./lib/run/settings.ts";
import { verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "backup",
    summary: "Copies the count while it is counted, into a file with a manifest beside.",
    options: ["backups", "keep", "drill", "from", "json", "orchestrator", ...EXTERNAL_OPTIONS],
    example: "make backup DRILL=1",
    exclusive: true,
  },
  async ({ settings, options }) => {
    const { backups: dir = `${ROOT}backups`, keep, drill: drilled = false, json = false } = options;
    const orchestrator = await choose(options);
    const deployed = await requireDeployed(orchestrator, settings);
    const { version, redis: mode } = deployed;
    if (mode === EXTERNAL) checkExternal(settings);
    const steps = 2 + Number(drilled) + Number(keep !== undefined);
    const { step, done } = progress(`Back up ${settings.name}`, steps);
    const { copy, redis } = await step("Copy", async () => {
      const ask = await counterRedis(await asked(orchestrator, settings, deployed, options), serversOf(mode));
      const running = await versionOf(ask);
      const found = await copyValue(ask);
      if (!found)
        throw new Failure("nobody has counted yet: there is nothing to copy", { code: EXIT.refused });
      return { copy: found, redis: running, note: noteOf(found, `${running} ${mode}`) };
    });
    const facts = { name: settings.name, time: new Date().toISOString(), count: copy.count };
    const { path } = await step("Write", async () => {
      const more = { redis, mode, version };
      const written = await writeBackup(dir, { ...facts, ...more }, copy.dump);
      return { path: written, note: `${copy.dump.length} bytes` };
    });
    if (drilled) {
      await step("Restore it into another Redis", async (report) => {
        const image = (await baseImages(settings, report)).redis;
        const tried = await drill(image, await readBackup(path));
        return { note: `${copy.count.toLocaleString("en")}, Redis ${tried}` };
      });
    }
    if (keep !== undefined) {
      await step(`Keep ${keep}`, async () => {
        const { removed, future } = await pruneBackups(dir, settings.name, keep, path);
        const warning = future > 0 ? `, ${future} of those kept are dated in the future` : "";
        return { changed: removed > 0, note: `${removed} removed${warning}` };
      });
    }
    const { manifest } = await readBackup(path);
    process.stdout.write(json ? `${JSON.stringify({ path, ...manifest })}\n` : `${path}\n`);
    done();
  },
);

/** Who is asked for the count: of several Redis that count each for itself, the one that is named. */
async function asked(
  orchestrator: Orchestrator,
  settings: Settings,
  deployed: Deployed,
  options: OptionValues,
): Promise<Ask> {
  const { instances } = MODES[deployed.redis];
  const ask = askOf(orchestrator, settings, deployed.version);
  if (instances === 1) return ask;
  return oneOfEach(ask, await whichCount(orchestrator, settings, deployed, options), instances);
}

function noteOf({ count, others }: Copy, redis: string): string {
  const left = others > 0 ? `; ${others} keys that are not the counter's are left out` : "";
  return `${count.toLocaleString("en")}, Redis ${redis}${left}`;
}
