import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { $ } from "zx/core";
import { EXIT, Failure } from "../run/failure.ts";
import { ROOT } from "../run/paths.ts";
import { until } from "../run/wait.ts";

/** A server of this machine's loopback, for the length of a measurement. */
interface LocalServer extends Disposable {
  port: number;
  pid: number;
}

const DEADLINE = 10;

/** A Redis that writes nothing to the disk: the measured servers are to be the limit. */
export async function startRedis(): Promise<LocalServer> {
  // Debian's redis-tools hold the server under this name; it looks at the one it was called by.
  const program = (await $({ nothrow: true })`command -v redis-server redis-check-rdb`).stdout.split("\n")[0];
  if (!program)
    throw new Failure("redis-server is missing", { code: EXIT.refused, hint: "apt-get install redis-tools" });
  const port = await freePort();
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  return listening(spawn(program, flags, { argv0: "redis-server", stdio: "ignore" }), port);
}

/** A TypeScript server of this project that takes its port from PORT. */
export async function startNode(file: string, env: Record<string, string>): Promise<LocalServer> {
  const port = await freePort();
  const own = {
    PORT: String(port),
    METRICS_PORT: String(await freePort()),
    LOG_LEVEL: "silent",
    HOST: "127.0.0.1",
  };
  const environment = { ...process.env, NODE_ENV: "production", ...own, ...env };
  return listening(spawn(process.execPath, [`${ROOT}${file}`], { env: environment, stdio: "ignore" }), port);
}

async function listening(child: ChildProcess, port: number): Promise<LocalServer> {
  const stop = () => child.kill("SIGKILL");
  process.once("exit", stop);
  const wait = { what: `${child.spawnfile} does not listen`, deadline: DEADLINE };
  await until(wait, async () => answers(port)).catch((error: Failure) => {
    stop();
    throw error;
  });
  return { port, pid: child.pid!, [Symbol.dispose]: stop };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return (address as { port: number }).port;
}
