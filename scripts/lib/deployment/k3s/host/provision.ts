import { existsSync } from "node:fs";
import { engineInfo } from "../../../host/docker.ts";
import { engineHostProblems, engineSteps } from "../../engine-steps.ts";
import type { OptionValues } from "../../../run/options.ts";
import type { Outcome, Step, Report } from "../../../run/progress.ts";
import type { Settings } from "../../../run/settings.ts";
import { KUBECONFIG, toFailure } from "../../../run/shell.ts";
import { until } from "../../../run/wait.ts";
import { artifacts } from "./artifacts.ts";
import { ensureK3s, whyNoAnswer } from "./install.ts";
import { installed } from "./installed.ts";
import { k3sHostProblems } from "./preflight.ts";
import { ensureKubeconfig } from "./kubeconfig.ts";
import { logHint } from "./process.ts";
import { type KubernetesService, list, type Node, type Pod, readyIn } from "../state.ts";

/** What keeps this host from being provisioned. */
export async function hostProblems(settings: Settings): Promise<(string | undefined)[]> {
  return [
    ...(await engineHostProblems(await engineInfo())),
    ...(await k3sHostProblems(settings, await installed())),
  ];
}

/** From a bare machine to a k3s that can be deployed to. The files come first: without them nothing is changed. */
export async function provisionSteps(settings: Settings, { k3sArtifacts }: OptionValues): Promise<Step[]> {
  const here = await installed();
  let files: Awaited<ReturnType<typeof artifacts>> = {};
  return [
    ["k3s files", async (report) => (files = await artifacts(settings, here, k3sArtifacts, report))],
    ...engineSteps(settings),
    ["k3s", () => ensureK3s(settings, here, files)],
    ["Node and DNS", (report) => ready(settings, report)],
    ["Kubeconfig", ensureKubeconfig],
  ];
}

/** Waits until the node is ready and the cluster's DNS answers. */
async function ready({ deadlines }: Settings, report: Report): Promise<Outcome> {
  let seen = `it has not written ${KUBECONFIG}`;
  const wait = { what: "k3s is not ready", deadline: deadlines.start, seen: () => seen, hint: logHint() };
  await until(wait, async () => {
    if (!existsSync(KUBECONFIG)) return false;
    // A server that has just started answers one question, and not the next.
    seen = (await whyNoAnswer()) ?? (await missing().catch((error: unknown) => toFailure(error).message));
    report(seen);
    return seen === "";
  });
  return {};
}

/** What the cluster lacks, in words; empty when nothing. */
async function missing(): Promise<string> {
  const nodes = await list<Node>("nodes");
  if (nodes.length === 0 || !nodes.every(readyIn)) return "the node is not ready";
  // Whoever answers for the Service is the DNS, whatever its labels are.
  const [service] = await list<KubernetesService>("services", [
    "--namespace=kube-system",
    "--field-selector=metadata.name=kube-dns",
  ]);
  if (!service) return "there is no DNS yet";
  const selector = Object.entries(service.spec.selector ?? {}).map((pair) => pair.join("="));
  const pods = await list<Pod>("pods", ["--namespace=kube-system", `--selector=${selector.join(",")}`]);
  return pods.some(readyIn) ? "" : `its DNS does not run${await complaint()}`;
}

/** The cluster's last warning about a pod of its own, such as FailedCreatePodSandBox. */
async function complaint(): Promise<string> {
  const events = await list<{ reason: string; message: string }>("events", [
    "--namespace=kube-system",
    "--field-selector=type=Warning,involvedObject.kind=Pod",
    "--sort-by=.lastTimestamp",
  ]);
  const last = events.at(-1);
  return last ? `: ${last.reason}: ${last.message}` : "";
}
