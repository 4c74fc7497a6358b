import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { $ } from "zx/core";
import type { Orchestrator } from "../../deployment/orchestrator.ts";
import { keptVersions, pruneApp } from "../../images/app.ts";
import type { BaseImages } from "../../images/base.ts";
import { buildFailure, buildFlags } from "../../images/build.ts";
import type { Settings } from "../../run/settings.ts";

/**
 * Another version of what runs: `other` does the same, `mute` never gets healthy, `wrong` is healthy, says its version as
 * any other does, and does not count. `abrupt` is slow to count, and drains nothing: it ends at once when it shall.
 */
export type VersionName = "other" | "mute" | "wrong" | "abrupt";
export type Versions = Record<VersionName, string>;

/** The first process of a container ends at a signal only where it says so [pid_namespaces(7)]. */
const ENDS = 'process.on("SIGTERM", () => process.exit(0));\n';

/** Longer than the two seconds or three in which an orchestrator sends nothing more to what it is about to end. */
const SLOW_MS = 4000;

/** What stands in the place of the server, or is run before it, if anything. */
export const SERVERS: Record<VersionName, string> = {
  other: "",
  mute: `${ENDS}setInterval(() => {}, 1000);\n`,
  wrong: `import { createServer } from "node:http";
${ENDS}const { APP_VERSION: version, REPLICA: replica = "", PORT = 8000 } = process.env;
createServer(({ url }, response) => {
  const counts = url.startsWith("/api/");
  response.writeHead(counts ? 500 : 200, { "content-type": "application/json", "x-served-by": replica });
  response.end(JSON.stringify(counts ? { error: "this version is wrong on purpose" } : { version, replica }));
}).listen(PORT);
`,
  abrupt: `import { Server } from "node:http";
${ENDS}const { emit } = Server.prototype;
Server.prototype.emit = function (event, ...values) {
  const slow = event === "request" && values[0].url === "/api/counter/increment";
  if (!slow) return emit.call(this, event, ...values);
  return Boolean(setTimeout(() => emit.call(this, event, ...values), ${SLOW_MS}));
};
`,
};

const INSTEAD = "COPY server.mjs ./\n";
/** Where that goes in the image. */
const PLACES: Record<VersionName, string> = {
  other: "",
  mute: INSTEAD,
  wrong: INSTEAD,
  abrupt: "COPY server.mjs ./before.mjs\nENV NODE_OPTIONS=--import=./before.mjs\n",
};

export const VERSION_NAMES = Object.keys(SERVERS) as VersionName[];

/** The version's name: twelve hexadecimal digits, the same for the same one that it is made from. */
export const versionOf = (name: VersionName, from: string) =>
  createHash("sha256").update(`prove ${name} ${from} ${SERVERS[name]}`).digest("hex").slice(0, 12);

/** How it is made from the image of what runs. */
export function dockerfileOf(name: VersionName, image: string, from: string): string {
  return `FROM ${image}:${from}\nENV APP_VERSION=${versionOf(name, from)}\n${PLACES[name]}`;
}

/**
 * Makes versions out of the one that runs, a moment each, and brings them to where they run. Throws a Failure where a
 * build fails, as it does when the image of what runs is gone.
 */
export async function makeVersions(
  orchestrator: Orchestrator,
  settings: Settings,
  base: BaseImages,
  from: string,
  names: readonly VersionName[],
): Promise<Versions> {
  for (const name of names) {
    await build(settings, name, from);
    await orchestrator.importImages?.(settings, versionOf(name, from), base);
  }
  return Object.fromEntries(VERSION_NAMES.map((name) => [name, versionOf(name, from)])) as Versions;
}

async function build(settings: Settings, name: VersionName, from: string): Promise<void> {
  const folder = await mkdtemp(`${tmpdir()}/counter-prove-`);
  try {
    await writeFile(`${folder}/Dockerfile`, dockerfileOf(name, settings.image, from));
    await writeFile(`${folder}/server.mjs`, SERVERS[name]);
    const ref = `${settings.image}:${versionOf(name, from)}`;
    const { build: deadline } = settings.deadlines;
    const run = $({ nothrow: true, timeout: `${deadline}s` });
    const output = await run`docker build ${await buildFlags()} --tag ${ref} ${folder}`;
    if (!output.ok) throw buildFailure(ref, deadline, output);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The versions that are kept now, here and where they run: `removeVersions` leaves these. */
export async function keptNow(orchestrator: Orchestrator, settings: Settings): Promise<string[]> {
  return [...new Set([...(await keptVersions(settings)), ...(await orchestrator.kept(settings))])];
}

/** Removes every version but those, with the containers that have ended and still hold one. */
export async function removeVersions(
  orchestrator: Orchestrator,
  settings: Settings,
  kept: string[],
): Promise<void> {
  const none = { ...settings, keep: 0 };
  await orchestrator.tidy(none, kept);
  const gone = (await keptVersions(settings)).filter((version) => !kept.includes(version));
  for (const version of gone) {
    // Swarm keeps the containers of the last tasks, and the engine removes no image that one of them has.
    const flags = ["--filter", `ancestor=${settings.image}:${version}`, "--filter", "status=exited"];
    const { stdout } = await $`docker ps --all --quiet ${flags}`;
    const ended = stdout.split("\n").filter(Boolean);
    if (ended.length > 0) await $({ nothrow: true })`docker rm ${ended}`;
  }
  await pruneApp(none, kept);
}
