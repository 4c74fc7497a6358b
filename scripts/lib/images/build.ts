import { $, type ProcessOutput } from "zx/core";
import { EXIT, Failure } from "../run/failure.ts";
import { explain } from "../run/shell.ts";

const LAST_LINES = 20;
const PROXIES = ["http_proxy", "https_proxy", "no_proxy"].flatMap((name) => [name, name.toUpperCase()]);

/** What every build of the kit is given: this machine's proxies by name, their values not in the argument list. */
export async function buildFlags(): Promise<string[]> {
  const proxies = PROXIES.filter((name) => process.env[name]).flatMap((name) => ["--build-arg", name]);
  // Attestations would make the image an index, which not every importer reads.
  const buildx = (await $({ nothrow: true })`docker buildx version`).ok;
  return buildx ? [...proxies, "--provenance=false", "--sbom=false", "--load"] : proxies;
}

/**
 * The ID of an image that is on the engine. What runs by its ID is what was looked at: under a tag, Swarm asks whoever
 * answers for the registry at each start of a task.
 */
export async function imageId(image: string): Promise<string> {
  return (await $`docker image inspect --format ${"{{.Id}}"} ${image}`).stdout.trim();
}

/** Why an image was not built; the deadline is in seconds. */
export function buildFailure(image: string, deadline: number, output: ProcessOutput): Failure {
  const lines = output.stdall.trim().split("\n").slice(-LAST_LINES);
  // The shell in between turns the signal into an exit code.
  if (output.duration < deadline * 1000) return explain(output, { lines });
  return new Failure(`${image} is not built after ${deadline}s`, {
    code: EXIT.timedOut,
    lines,
    hint: "deadlines.build in deploy/settings.yaml",
  });
}
