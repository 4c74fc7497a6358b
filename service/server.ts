/** The process: reads the configuration, listens, and ends on a signal. Nothing else ends it. */
import { setTimeout as sleep } from "node:timers/promises";
import { buildApp } from "./app.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { buildMetricsApp } from "./metrics.ts";

const config = configOrExit();
const app = await buildApp(config);
const metrics = buildMetricsApp(app.metrics);

process.on("uncaughtException", (error) => {
  app.log.fatal({ err: error }, "uncaught error");
  process.exit(1);
});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void shutDown(signal));

try {
  const [at, metricsAt] = [
    await app.listen({ host: config.host, port: config.port }),
    await metrics.listen({ host: config.host, port: config.metricsPort }),
  ];
  app.log.info({ at, metricsAt }, "started");
} catch (error) {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  console.error(`error: ${code === "EADDRINUSE" ? `port ${port} is already in use` : message}`);
  process.exit(1);
}

/** Says what is wrong with the environment, one line per variable, and exits with 2. */
function configOrExit(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) console.error(`error: ${problem}`);
    return process.exit(2);
  }
}

/**
 * Ends the process: says it is draining, serves on until proxies had time to notice, then stops listening,
 * lets requests finish and exits with 0; with 1 when they take too long, or on a second signal.
 */
async function shutDown(signal: NodeJS.Signals): Promise<void> {
  if (app.lifecycle.draining) giveUp("second signal");
  app.lifecycle.draining = true;
  app.log.info({ signal, drainSeconds: config.drainSeconds }, "draining");
  await sleep(config.drainSeconds * 1000);

  setTimeout(giveUp, config.shutdownTimeoutSeconds * 1000, "timeout");
  await app.close();
  await metrics.close();
  app.log.info("stopped");
  process.exit(0);
}

function giveUp(reason: string): never {
  app.log.error({ reason }, "stopped with requests under way");
  process.exit(1);
}
