import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { $ } from "zx/core";
import { buildFailure, buildFlags } from "./build.ts";
import { EXIT, Failure } from "../run/failure.ts";
import type { Outcome, Report } from "../run/progress.ts";
import { together } from "../run/wait.ts";
import { describeRootfs, makeRootfs, type Rootfs } from "./rootfs.ts";
import { type Settings } from "../run/settings.ts";
import { ROOT } from "../run/paths.ts";

/** The images that the deployment is made from: where the application's begins, Redis and the proxy. */
export interface BaseImages {
  node: string;
  redis: string;
  proxy: string;
}

const PARTS = ["node", "redis", "proxy"] as const;
/** Seconds in which a registry has to say that it knows the image. */
const FIRST_WORD = 10;
/** Registries say so of a name or tag that they do not have. */
const NOT_THERE = /manifest unknown|manifest for .* not found|repository does not exist|: not found/i;

/** Base images of which the application's is there, and how to make the others. */
type NodeFirst = BaseImages & Outcome & { makeOthers: () => Promise<void> };

const nothing = async () => {};

/**
 * The base images: those of the settings where a registry answers, else made from the distribution's packages.
 * What is on the engine already is used as it is. Throws a Failure when neither can be had.
 */
export async function baseImages(settings: Settings, report: Report): Promise<BaseImages & Outcome> {
  const { makeOthers, ...base } = await nodeFirst(settings, report);
  await makeOthers();
  return base;
}

/** The same, for a caller that builds the application while it makes the others. */
export async function nodeFirst(settings: Settings, report: Report): Promise<NodeFirst> {
  const { baseImages: source } = settings;
  const pulled = namesOnceHere(settings.images);
  if (source !== "local" && (await areHere(pulled))) {
    return { ...pulled, changed: false, note: "from the registry", makeOthers: nothing };
  }
  if (source === "registry") return pullAll(settings, report);
  const rootfs = describeRootfs();
  const local = rootfs && (await localNames(rootfs));
  const note = `made from ${rootfs?.distribution} packages`;
  if (local && (await areHere(local))) return { ...local, changed: false, note, makeOthers: nothing };
  let why = "";
  if (source === "auto") {
    try {
      return await pullAll(settings, report);
    } catch (error) {
      if (!(error instanceof NoRegistry) || !rootfs) throw error;
      why = "no registry answers: ";
    }
  }
  if (!rootfs || !local) {
    throw new Failure("this system has no apt sources of its own to make base images from", {
      code: EXIT.refused,
      hint: "BASE_IMAGES=registry, once a registry can be reached",
    });
  }
  report("a minimal system from packages");
  const make = await localMaker(settings, rootfs, local);
  report(local.node);
  await make("node");
  const makeOthers = async () => void (await together([make("redis"), make("proxy")]));
  return { ...local, changed: true, note: why + note, makeOthers };
}

async function areHere(images: BaseImages): Promise<boolean> {
  return (await $({ nothrow: true })`docker image inspect ${PARTS.map((part) => images[part])}`).ok;
}

/** An image that was pulled by its digest has no tag, and no archive can hold it without one: it gets one of the kit's. */
function namesOnceHere(images: BaseImages): BaseImages {
  const name = (part: (typeof PARTS)[number]) => {
    const [, digest] = /@sha256:(\w{12})/.exec(images[part]) ?? [];
    return digest ? `counter-deploy/${part}:${digest}` : images[part];
  };
  return { node: name("node"), redis: name("redis"), proxy: name("proxy") };
}

class NoRegistry extends Failure {}

async function pullAll({ images, deadlines }: Settings, report: Report): Promise<NodeFirst> {
  const pulled = namesOnceHere(images);
  for (const part of PARTS) {
    report(`pull ${images[part]}`);
    await pull(images[part], deadlines.build);
    if (pulled[part] !== images[part]) await $`docker tag ${images[part]} ${pulled[part]}`;
  }
  return { ...pulled, changed: true, note: "from the registry", makeOthers: nothing };
}

/** Pulls an image. Throws NoRegistry when none answers in time, and a Failure when it does not have the image. */
async function pull(image: string, deadline: number): Promise<void> {
  const run = $({ nothrow: true, timeout: `${deadline}s` })`docker pull ${image}`;
  const contactTimer = setTimeout(() => void run.kill(), FIRST_WORD * 1000);
  run.stdout.once("data", () => clearTimeout(contactTimer));
  const output = await run;
  clearTimeout(contactTimer);
  if (output.ok) return;
  if (NOT_THERE.test(output.stderr)) {
    throw new Failure(`the registry has no ${image}`, { hint: "images in deploy/settings.yaml" });
  }
  throw new NoRegistry("no registry answers", {
    code: EXIT.refused,
    lines: output.stderr.trim().split("\n"),
    hint: "BASE_IMAGES=local makes the base images from the distribution's packages",
  });
}

/** Names that change with what the images are made from. */
async function localNames(rootfs: Rootfs): Promise<BaseImages> {
  const lock = JSON.parse(await readFile(`${ROOT}package-lock.json`, "utf8")).packages;
  const pinned = [`node-linux-${process.arch}`, "npm"].map((name) => lock[`node_modules/${name}`].version);
  const name = async (part: (typeof PARTS)[number]) => {
    const hash = createHash("sha256").update(await readFile(`${ROOT}deploy/images/${part}.Dockerfile`));
    hash.update(JSON.stringify([rootfs.hash, part === "node" ? pinned : []]));
    return `counter-deploy/${part}:${hash.digest("hex").slice(0, 12)}`;
  };
  return { node: await name("node"), redis: await name("redis"), proxy: await name("proxy") };
}

/** Imports the minimal system, and returns what makes an image on it. */
async function localMaker(
  { deadlines }: Settings,
  rootfs: Rootfs,
  names: BaseImages,
): Promise<(part: (typeof PARTS)[number]) => Promise<void>> {
  await makeRootfs(rootfs);
  const base = `counter-deploy/base:${rootfs.hash}`;
  const here = await $({ nothrow: true })`docker image inspect ${base}`;
  if (!here.ok) await $`docker import ${rootfs.file} ${base}`;
  return (part) => makeOne(part, names[part], base, deadlines.build);
}

/** The context is the Dockerfile and, for Node, what package-lock.json pins of it. */
async function makeOne(
  part: (typeof PARTS)[number],
  name: string,
  base: string,
  deadline: number,
): Promise<void> {
  const dockerfile = `${part}.Dockerfile`;
  const pinned = ["-C", `${ROOT}node_modules`, "npm", `node-linux-${process.arch}/bin/node`];
  const context = ["-C", `${ROOT}deploy/images`, dockerfile, ...(part === "node" ? pinned : [])];
  const flags = [...(await buildFlags()), "--build-arg", `BASE=${base}`, "--file", dockerfile];
  const run = $({ nothrow: true, timeout: `${deadline}s` });
  const build = await run`tar --create ${context} | docker build ${flags} --tag ${name} -`;
  if (!build.ok) throw buildFailure(name, deadline, build);
}
