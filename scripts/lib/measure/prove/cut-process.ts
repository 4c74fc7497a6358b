// The deployment that `make prove` ends in its middle: what the verb does, in a process of its own, under prove's lock. Is
// started by prove alone.

import { ORCHESTRATORS } from "../../deployment/choose.ts";
import { catchSignals } from "../../run/interrupt.ts";
import { requireParentsLock } from "../../run/lock.ts";
import { setUpShell, toFailure } from "../../run/shell.ts";
import type { Order } from "./cut.ts";
import { deployTo } from "./stage.ts";

// Nobody else may find it still at work when the holder of the lock has gone.
process.stdin
  .on("end", () => process.kill(process.pid, "SIGKILL"))
  .resume()
  .unref();
catchSignals();
setUpShell();
try {
  const { orchestrator, settings, version } = JSON.parse(process.env["PROVE_CUT"] ?? "") as Order;
  await requireParentsLock(settings.name);
  await deployTo({ orchestrator: ORCHESTRATORS[orchestrator], settings, report: () => {} }, version);
} catch (error) {
  const failure = toFailure(error);
  process.stderr.write(`${failure.message}\n`);
  process.exitCode = failure.code;
}
