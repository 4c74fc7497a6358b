import { cp, mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { $, type ProcessOutput, type ProcessPromise } from "zx/core";
import { asMakeGives } from "../run/options.ts";
import { ROOT } from "../run/paths.ts";
import { asRoot } from "../run/shell.ts";
import type { Machine } from "./machine.ts";

/** A copy of this checkout on a machine of its own. */
export interface TestHost {
  /** The copy's folder, with a slash at its end. */
  dir: string;
  /** Starts a verb on that machine; variables are given as `make` gives them. */
  start: (verb: string, variables?: Record<string, string>) => ProcessPromise;
  /** Runs a verb to its end, whatever its exit code. */
  run: (verb: string, variables?: Record<string, string>) => Promise<ProcessOutput>;
  /** Any command on that machine. */
  exec: (command: string[]) => ProcessPromise;
  /** Replaces text in a file of the copy. Throws if it is not there. */
  edit: (file: string, from: string, to: string) => Promise<void>;
  remove: () => Promise<void>;
}

const COPIED = ["scripts", "service", "deploy", "checks", "Dockerfile", "package.json", "package-lock.json"];
const DOTFILES = [".dockerignore", ".npmrc", ".taprc"];

/** This process's environment without what tap tells the processes below it: a tap among them would speak otherwise. */
export const withoutTap = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([key]) => !/TAP|^NODE_OPTIONS$/.test(key)));

/** Copies the checkout, node_modules as a link, and runs it on the machine. */
export async function testHost(machine: Pick<Machine, "enter">): Promise<TestHost> {
  const dir = await mkdtemp(`${tmpdir()}/counter-deploy-`);
  for (const part of [...COPIED, ...DOTFILES])
    await cp(`${ROOT}${part}`, `${dir}/${part}`, { recursive: true });
  await symlink(`${ROOT}node_modules`, `${dir}/node_modules`);

  const env = withoutTap();
  const host = $({ env, nothrow: true, quiet: true });
  const start = (verb: string, variables: Record<string, string> = {}) => {
    const assignments = Object.entries(asMakeGives(variables)).map(([key, value]) => `${key}=${value}`);
    return host`${machine.enter} env ${assignments} ${dir}/scripts/${verb}.ts`;
  };
  return {
    dir: `${dir}/`,
    start,
    run: async (verb, variables) => start(verb, variables),
    exec: (command) => host`${machine.enter} ${command}`,
    edit: async (file, from, to) => {
      const text = await readFile(`${dir}/${file}`, "utf8");
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
      await writeFile(`${dir}/${file}`, text.replace(from, to));
    },
    // With sudo, the verbs have left files of root's.
    remove: async () => void (await $`${asRoot} rm -rf ${dir}`),
  };
}

/** Waits until a running verb has printed something to stderr, or has ended. */
export async function printed(run: ProcessPromise, what: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let text = "";
  run.stderr.on("data", (chunk) => (text += chunk).includes(what) && resolve());
  run.stderr.on("end", resolve);
  return promise;
}
