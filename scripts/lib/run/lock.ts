import { connect, createServer, type Server } from "node:net";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { EXIT, Failure } from "./failure.ts";

/**
 * Holds the lock of a deployment until it is disposed of or the process ends, however it ends: the lock is a name
 * in Linux's abstract socket namespace (unix(7)), which the kernel frees with its owner. Whoever connects is told
 * who holds it. Throws a Failure (locked) that says so.
 */
export async function holdLock(deployment: string, verb: string): Promise<AsyncDisposable> {
  const name = nameOf(deployment);
  const holder = `make ${verb}, ${processOf(process.pid)} since ${new Date().toTimeString().slice(0, 8)}`;
  const server = createServer((socket) => socket.end(holder));
  try {
    await listening(server, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new Failure(`another run holds the lock: ${await askHolder(name)}`, {
      code: EXIT.locked,
      hint: "wait for it to end, or end it",
    });
  }
  server.unref();
  return { [Symbol.asyncDispose]: async () => void server.close() };
}

/**
 * For what a verb does in a process of its own, under the verb's lock. Throws a Failure (locked) unless the process that
 * started this one holds it.
 */
export async function requireParentsLock(deployment: string): Promise<void> {
  const holder = await askHolder(nameOf(deployment));
  if (holder.includes(processOf(process.ppid))) return;
  throw new Failure("only a run that holds the lock may start this", { code: EXIT.locked });
}

const nameOf = (deployment: string) =>
  `\0counter-deploy:${process.env["DOCKER_HOST"] ?? "local"}:${deployment}`;
const processOf = (pid: number) => `process ${pid},`;

async function listening(server: Server, name: string): Promise<void> {
  server.listen(name);
  await once(server, "listening");
}

async function askHolder(name: string): Promise<string> {
  const socket = connect(name);
  socket.setTimeout(1000, () => socket.destroy());
  return (await text(socket).catch(() => "")) || "it does not say who";
}
