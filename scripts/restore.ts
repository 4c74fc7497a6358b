#!/usr/bin/env -S sh -c 'exec "$(dirname "$(readlink -f "$0")")/lib/node.sh" "$0" "$@"'
// Puts the count of a backup in the place of the one there is, which comes back if that fails.
//
//   make restore FILE=backups/counter-2026-11-25T01-02-03.456Z.json
//   scripts/restore.ts --file=... --yes

import { isNewer, readBackup } from "./lib/deployment/backup/file.ts";
import { countIn, versionOf } from "./lib/deployment/backup/key.ts";
import { type Find, requireOneCount, restore } from "./lib/deployment/backup/restore.ts";
import { choose } from "./lib/deployment/choose.ts";
import { requireDeployed } from "./lib/deployment/deployed.ts";
import { checkExternal, EXTERNAL } from "./lib/deployment/redis/external.ts";
import { counterRedis } from "./lib/deployment/redis/find.ts";
import { askOf, serversOf } from "./lib/deployment/redis/whole.ts";
import { confirm } from "./lib/run/confirm.ts";
import { EXIT, Failure, refuse } from "./lib/run/failure.ts";
import { EXTERNAL_OPTIONS } from "./lib/run/options.ts";
import { progress } from "./lib/run/progress.ts";
import { verb } from "./lib/run/verb.ts";

process.exitCode = await verb(
  {
    name: "restore",
    summary: "Puts the count of a backup in the place of the one there is.",
    options: ["file", "yes", "orchestrator", ...EXTERNAL_OPTIONS],
    example: "make restore FILE=backups/counter-....json",
    exclusive: true,
  },
  async ({ settings, options }) => {
    const { file } = options;
    if (!file) throw new Failure("which backup? FILE=path", { code: EXIT.usage, hint: "ls backups" });
    const backup = await readBackup(file);
    const { count, redis, time } = backup.manifest;
    const orchestrator = await choose(options);
    const deployed = await requireDeployed(orchestrator, settings);
    if (deployed.redis === EXTERNAL) checkExternal(settings);
    requireOneCount(deployed.redis, orchestrator.name);
    const all = askOf(orchestrator, settings, deployed.version);
    const find: Find = (patience) => counterRedis(all, serversOf(deployed.redis), patience);
    const ask = await find();
    const running = await versionOf(ask);
    const newer = `the backup is of Redis ${redis}, and Redis ${running} runs here: it may not read it`;
    refuse([isNewer(redis, running) ? newer : undefined]);

    const now = (await countIn(ask)).toLocaleString("en");
    const then = count.toLocaleString("en");
    const question = `Replace the count of ${settings.name} (now ${now}) by ${then}, of ${time}?`;
    if (!options.yes) await confirm(question, "make restore YES=1 FILE=...");

    const steps = progress(`Restore ${settings.name} to ${then}, of ${time}`, 4);
    await restore(find, settings, deployed, backup, steps);
    steps.done(`${then} in the place of ${now}`);
  },
);
