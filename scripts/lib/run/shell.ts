import { accessSync, constants } from "node:fs";
import { constants as os } from "node:os";
import { stripVTControlCharacters } from "node:util";
import { $, ProcessOutput } from "zx/core";
import { type Details, EXIT, Failure } from "./failure.ts";
import { ending, heeded } from "./interrupt.ts";

/** Stands before a command that needs root: `` $`${asRoot} modprobe ip_vs` ``. */
export const asRoot: readonly string[] = process.getuid?.() === 0 ? [] : ["sudo"];

/** Where k3s writes it; root's alone. Another cluster that a user's own kubectl is set to is never touched. */
export const KUBECONFIG = "/etc/rancher/k3s/k3s.yaml";

const SOCKET = "/var/run/docker.sock";
const LAST_LINES = 20;
/** A shell adds it to the number of the signal that ended a command (bash(1), "Exit Status"). */
const SIGNAL_CODE = 128;
const commands = new Map<string, string>();
/** What failed, with what tells it from the rest: zx does not say of an output which command it is of. */
const failed: { command: string; exitCode: number | null; duration: number }[] = [];

/** Sets zx up for every verb: quiet, failed commands remembered for the message, `docker` allowed to the user. */
export function setUpShell(): void {
  $.quiet = true;
  // A user's PATH lacks them on Debian, and dockerd, modprobe and iptables are there.
  process.env["PATH"] += ":/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin";
  // A bash whose input is a socket, as Node's pipes are, takes itself for one of a remote login and reads ~/.bashrc, unless
  // another shell has started it (bash(1), "Invocation"): what is in there may take long, or wait for what was killed.
  if (!Number(process.env["SHLVL"])) process.env["SHLVL"] = "1";
  $.log = (entry) => {
    if (entry.kind === "cmd") commands.set(entry.id, entry.cmd);
    if (entry.kind !== "end") return;
    const command = commands.get(entry.id);
    commands.delete(entry.id);
    if (command && entry.exitCode !== 0) failed.push({ command, ...entry });
  };
  // Functions in the shell that zx starts, so that the commands stand in the scripts as a user would type them.
  // Its diff says only what differs: k3s may bring busybox', whose text is not GNU's.
  const kubectl = `env KUBECONFIG=${KUBECONFIG} "KUBECTL_EXTERNAL_DIFF=diff -rqN" k3s kubectl "$@"`;
  $.prefix += `kubectl() { ${asRoot.join(" ")} ${kubectl}; }; `;
  if (dockerNeedsRoot()) $.prefix += 'docker() { sudo --preserve-env docker "$@"; }; ';
}

function dockerNeedsRoot(): boolean {
  if (asRoot.length === 0 || process.env["DOCKER_HOST"]) return false;
  try {
    accessSync(SOCKET, constants.W_OK);
    return false;
  } catch {
    return true;
  }
}

/** What a command's stderr says to those who know it: a shorter message and a hint. */
const KNOWN: [RegExp, string, string][] = [
  [
    /no space left on device/i,
    "the disk is full",
    "df -h, then docker system df; free some space and run it again",
  ],
  [
    /cannot connect to the docker daemon|error during connect/i,
    "the Docker engine does not answer",
    "make provision",
  ],
  [/this node is not a swarm manager/i, "this host is not a Swarm manager", "make provision"],
  [
    // Docker's client warns of its own in the same words.
    /error loading config file "?\/etc\/rancher/i,
    "the kubeconfig of k3s cannot be read",
    `restart k3s, which writes ${KUBECONFIG} anew`,
  ],
  [
    /connection to the server \S+ was refused|unable to connect to the server|stat \/etc\/rancher\/k3s/i,
    "k3s does not answer",
    "make provision ORCHESTRATOR=k3s",
  ],
  [
    /k3s['’]?: (?:command )?(?:not found|No such file)/i,
    "there is no k3s on this machine",
    "make provision ORCHESTRATOR=k3s",
  ],
  [
    /sudo: (?:command )?not found/i,
    "this needs root, and there is no sudo",
    "run it as root, or install sudo",
  ],
  [/a (?:terminal|password) is required/i, "sudo wants a password", "run it from a terminal, or as root"],
  [
    /could not resolve|temporary failure resolving|no such host|ENOTFOUND|EAI_AGAIN|network is unreachable/i,
    "the network does not answer",
    "check the default route and DNS; what was fetched already is kept",
  ],
  [
    /(?:tar file|ctr: ).*unexpected EOF|archive\/tar: |unrecognized image format/i,
    "the archive of an image is damaged",
    "remove the file that the command names, if it is still there, and run it again: it is made anew",
  ],
  [/docker: (?:command )?not found/i, "there is no docker on this machine", "make provision"],
];

/** A failed command as a Failure: what is known of its stderr, the command itself, and its last lines. */
export function explain(output: ProcessOutput, details: Details = {}): Failure {
  const text = `${output.stderr}\n${output.cause ?? ""}`;
  const known = KNOWN.find(([pattern]) => pattern.test(text));
  const lines = stripVTControlCharacters(output.stderr).trim().split("\n").filter(Boolean).slice(-LAST_LINES);
  const how = output.signal ? `was ended by ${output.signal}` : `failed with exit code ${output.exitCode}`;
  const mine = failed.findLast(
    ({ exitCode, duration }) => exitCode === output.exitCode && duration === output.duration,
  );
  return new Failure(known?.[1] ?? `a command ${how}`, {
    ...(mine && { command: mine.command.trim() }),
    ...(known && { hint: known[2] }),
    lines,
    cause: output,
    ...details,
  });
}

/**
 * Whether a command ended because whoever read what it prints had enough. Of one that is a function, or runs below
 * another, the shell tells a number instead of the signal.
 */
export const readerLeft = (error: unknown): boolean =>
  error instanceof ProcessOutput &&
  (error.signal === "SIGPIPE" || error.exitCode === SIGNAL_CODE + os.signals.SIGPIPE);

/** Whatever was thrown, as what the user is told. An interrupted run fails with whatever was running. */
export function toFailure(error: unknown): Failure {
  const interrupted = heeded()?.aborted ?? false;
  if (error instanceof Failure && (!interrupted || error.code === EXIT.rolledBack)) return error;
  if (interrupted) {
    const failure: Failure = ending().reason;
    if (error instanceof Failure && error.step) failure.step = error.step;
    return failure;
  }
  if (error instanceof ProcessOutput) return explain(error);
  return new Failure(error instanceof Error ? error.message : String(error), { cause: error });
}
